import { randomBytes } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Matrix } from "../math/matrix.ts";
import { atomicWrite } from "./atomic-write.ts";
import { encodeNpy, npyBytes, parseNpy } from "./npy.ts";
import { readRegular } from "./regular-file.ts";
import { sha256, sha256File } from "./sha256.ts";
import { removeStaleFiles } from "./stale-files.ts";

/**
 * A matrix on disk is two files: `<stem>-<8 hex digits>.npy` with the numbers, and `<stem>.json` with that file's name
 * and SHA-256, the shape, what the writer says about the rows, and the SHA-256 of all this. The .json is written last
 * and decides: without it the matrix is not there. Every writing takes a new name for the numbers, so two runs that
 * write the same matrix at once can never pair one's numbers with the other's description.
 */
export interface StoredMatrix<About> {
  readonly matrix: Matrix;
  readonly about: About;
}

export type StoredState<About> =
  | { readonly state: "whole"; readonly about: About; readonly rows: number; readonly columns: number }
  | { readonly state: "absent" }
  | { readonly state: "damaged"; readonly reason: string };

const OTHER_CONTENT = "checksum mismatch";

interface Sidecar<About> {
  /** name of the numbers' file, beside this one */
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  readonly sha256: string;
  readonly about: About;
}

/** Writes both files, each atomically. @throws InputError if the disk is full or cannot be written */
export async function writeStoredMatrix<About>(stem: string, m: Matrix, about: About): Promise<void> {
  const bytes = encodeNpy(m);
  const file = `${basename(stem)}-${randomBytes(4).toString("hex")}.npy`;
  const path = join(dirname(stem), file);
  await atomicWrite(path, bytes);
  const before = await readSidecar(stem);
  const sidecar: Sidecar<About> = { file, rows: m.rows, columns: m.columns, sha256: sha256(bytes), about };
  try {
    await atomicWrite(`${stem}.json`, JSON.stringify({ ...sidecar, check: sha256(JSON.stringify(sidecar)) }));
  } catch (cause) {
    await rm(path, { force: true }).catch(() => {});
    throw cause;
  }
  // A description that was copied here names another matrix's numbers, which stay
  if (typeof before === "object" && before.file !== file && stemOf(before.file) === basename(stem)) {
    await rm(join(dirname(stem), before.file), { force: true }).catch(() => {});
  }
}

/** What is on disk under this stem: whole only if the numbers' SHA-256 is the one that was written. */
export async function storedMatrixState<About>(stem: string): Promise<StoredState<About>> {
  const sidecar = await readSidecar<About>(stem);
  if (sidecar === undefined) return { state: "absent" };
  if (typeof sidecar === "string") return { state: "damaged", reason: sidecar };
  const path = join(dirname(stem), sidecar.file);
  const found = await sha256File(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (found instanceof Error) return { state: "damaged", reason: `${path}: ${readReason(found)}` };
  if (found !== sidecar.sha256) return { state: "damaged", reason: `${path}: ${OTHER_CONTENT}` };
  return { state: "whole", about: sidecar.about, rows: sidecar.rows, columns: sidecar.columns };
}

/** The same by the description and the size of the numbers' file alone: quick, but blind to changed bytes. */
export async function storedMatrixGlance<About>(stem: string): Promise<StoredState<About>> {
  const sidecar = await readSidecar<About>(stem);
  if (sidecar === undefined) return { state: "absent" };
  if (typeof sidecar === "string") return { state: "damaged", reason: sidecar };
  const { file, about, rows, columns } = sidecar;
  const path = join(dirname(stem), file);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (found instanceof Error) return { state: "damaged", reason: `${path}: ${readReason(found)}` };
  const bytes = npyBytes(rows, columns);
  if (found.size === bytes) return { state: "whole", about, rows, columns };
  return { state: "damaged", reason: `${path}: expected ${bytes} bytes, found ${found.size}` };
}

/** What the writer said about the rows, without a look at the numbers; null where it is not there or damaged. */
export async function storedMatrixAbout<About>(stem: string): Promise<About | null> {
  const sidecar = await readSidecar<About>(stem);
  return typeof sidecar === "object" ? sidecar.about : null;
}

/** Reads the numbers and checks them against their SHA-256; the reason as a string where they are not whole. */
export async function readStoredMatrix<About>(stem: string): Promise<StoredMatrix<About> | string> {
  const first = await readNumbers<About>(stem);
  // Another run may have put new numbers in the place of those the description named: read again
  return typeof first === "string" ? readNumbers(stem) : first;
}

async function readNumbers<About>(stem: string): Promise<StoredMatrix<About> | string> {
  const sidecar = await readSidecar<About>(stem);
  if (sidecar === undefined) return `${stem}.json: not there`;
  if (typeof sidecar === "string") return sidecar;
  const path = join(dirname(stem), sidecar.file);
  const bytes = await readRegular(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (bytes instanceof Error) return `${path}: ${readReason(bytes)}`;
  if (sha256(bytes) !== sidecar.sha256) return `${path}: ${OTHER_CONTENT}`;
  const matrix = parseNpy(bytes, path);
  if (matrix.rows !== sidecar.rows || matrix.columns !== sidecar.columns) return `${path}: shape differs`;
  return { matrix, about: sidecar.about };
}

/** Removes what killed runs left in a folder of stored matrices: unfinished files, and numbers no description names. */
export async function removeStaleMatrices(folder: string): Promise<void> {
  await removeStaleFiles(folder, (name) => isUnnamedMatrix(folder, name));
}

/** Whether the file holds numbers that no description names: another run is writing them, or was killed while it did. */
export async function isUnnamedMatrix(folder: string, name: string): Promise<boolean> {
  const stem = stemOf(name);
  if (stem === undefined) return false;
  const sidecar = await readSidecar(join(folder, stem));
  return typeof sidecar !== "object" || sidecar.file !== name;
}

/** The stem of the matrix that a file of numbers was written for. */
function stemOf(file: string): string | undefined {
  return /^(.+)-[0-9a-f]{8}\.npy$/.exec(file)?.[1];
}

async function readSidecar<About>(stem: string): Promise<Sidecar<About> | string | undefined> {
  const text = await readRegular(`${stem}.json`).then(String, (cause: NodeJS.ErrnoException) => cause);
  if (text instanceof Error) return text.code === "ENOENT" ? undefined : `${stem}.json: ${text.message}`;
  let parsed: Partial<Sidecar<About>> & { readonly check?: unknown };
  try {
    parsed = JSON.parse(text);
  } catch {
    return `${stem}.json: torn`;
  }
  if (typeof parsed !== "object" || parsed === null) return `${stem}.json: not written by this program`;
  const { check, ...sidecar } = parsed;
  if (check !== sha256(JSON.stringify(sidecar))) return `${stem}.json: ${OTHER_CONTENT}`;
  return asSidecar(stem, sidecar);
}

function asSidecar<About>(stem: string, parsed: Partial<Sidecar<About>>): Sidecar<About> | string {
  const { file, rows, columns, sha256: hash, about } = parsed;
  const whole =
    typeof file === "string" &&
    file === basename(file) &&
    Number.isInteger(rows) &&
    Number.isInteger(columns) &&
    /^[0-9a-f]{64}$/.test(String(hash)) &&
    typeof about === "object" &&
    about !== null;
  return whole ? (parsed as Sidecar<About>) : `${stem}.json: not written by this program`;
}

function readReason(error: NodeJS.ErrnoException): string {
  return error.code === "ENOENT" ? "not there" : error.message;
}
