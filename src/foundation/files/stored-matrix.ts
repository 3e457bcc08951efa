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
 * A matrix on disk consists of two files: `<stem>-<8 hex digits>.npy` with the numbers, and `<stem>.json` with that
 * file's name and SHA-256, the shape, metadata about the rows, and the SHA-256 of all this. The .json is written last
 * and decides: without it the matrix does not exist. Each write uses a new name for the numbers, so two runs that write
 * the same matrix at once can never pair the numbers of one run with the description of the other.
 */
export interface StoredMatrix<Metadata> {
  readonly matrix: Matrix;
  readonly metadata: Metadata;
}

export type StoredState<Metadata> =
  | { readonly state: "whole"; readonly metadata: Metadata; readonly rows: number; readonly columns: number }
  | { readonly state: "absent" }
  | { readonly state: "damaged"; readonly reason: string };

const CHECKSUM_MISMATCH = "checksum mismatch";

interface Sidecar<Metadata> {
  /** name of the file of numbers, in the same folder */
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  readonly sha256: string;
  readonly about: Metadata;
}

/** Writes both files, each atomically. @throws InputError if the disk is full or cannot be written */
export async function writeStoredMatrix<Metadata>(stem: string, m: Matrix, metadata: Metadata): Promise<void> {
  const bytes = encodeNpy(m);
  const file = `${basename(stem)}-${randomBytes(4).toString("hex")}.npy`;
  const path = join(dirname(stem), file);
  await atomicWrite(path, bytes);
  const before = await readSidecar(stem);
  const sidecar: Sidecar<Metadata> = { file, rows: m.rows, columns: m.columns, sha256: sha256(bytes), about: metadata };
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

/** Returns the state of the files with this stem: whole only if the numbers match their SHA-256. */
export async function storedMatrixState<Metadata>(stem: string): Promise<StoredState<Metadata>> {
  const sidecar = await readSidecar<Metadata>(stem);
  if (sidecar === undefined) return { state: "absent" };
  if (typeof sidecar === "string") return { state: "damaged", reason: sidecar };
  const path = join(dirname(stem), sidecar.file);
  const found = await sha256File(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (found instanceof Error) return { state: "damaged", reason: `${path}: ${readReason(found)}` };
  if (found !== sidecar.sha256) return { state: "damaged", reason: `${path}: ${CHECKSUM_MISMATCH}` };
  return { state: "whole", metadata: sidecar.about, rows: sidecar.rows, columns: sidecar.columns };
}

/**
 * Like {@link storedMatrixState}, by the description and the size of the numbers' file alone: fast, but it does not
 * notice changed bytes.
 */
export async function storedMatrixGlance<Metadata>(stem: string): Promise<StoredState<Metadata>> {
  const sidecar = await readSidecar<Metadata>(stem);
  if (sidecar === undefined) return { state: "absent" };
  if (typeof sidecar === "string") return { state: "damaged", reason: sidecar };
  const { file, about, rows, columns } = sidecar;
  const path = join(dirname(stem), file);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (found instanceof Error) return { state: "damaged", reason: `${path}: ${readReason(found)}` };
  const bytes = npyBytes(rows, columns);
  if (found.size === bytes) return { state: "whole", metadata: about, rows, columns };
  return { state: "damaged", reason: `${path}: expected ${bytes} bytes, found ${found.size}` };
}

/** Returns the metadata without reading the numbers; null where the matrix is absent or damaged. */
export async function storedMatrixMetadata<Metadata>(stem: string): Promise<Metadata | null> {
  const sidecar = await readSidecar<Metadata>(stem);
  return typeof sidecar === "object" ? sidecar.about : null;
}

/** Reads the numbers and checks their SHA-256. Returns the reason as a string where they are not whole. */
export async function readStoredMatrix<Metadata>(stem: string): Promise<StoredMatrix<Metadata> | string> {
  const first = await readNumbers<Metadata>(stem);
  // Another run may have replaced the numbers that the description named: read again
  return typeof first === "string" ? readNumbers(stem) : first;
}

async function readNumbers<Metadata>(stem: string): Promise<StoredMatrix<Metadata> | string> {
  const sidecar = await readSidecar<Metadata>(stem);
  if (sidecar === undefined) return `${stem}.json: not there`;
  if (typeof sidecar === "string") return sidecar;
  const path = join(dirname(stem), sidecar.file);
  const bytes = await readRegular(path).catch((cause: NodeJS.ErrnoException) => cause);
  if (bytes instanceof Error) return `${path}: ${readReason(bytes)}`;
  if (sha256(bytes) !== sidecar.sha256) return `${path}: ${CHECKSUM_MISMATCH}`;
  const matrix = parseNpy(bytes, path);
  if (matrix.rows !== sidecar.rows || matrix.columns !== sidecar.columns)
    return `${path}: its shape differs from its description`;
  return { matrix, metadata: sidecar.about };
}

/**
 * Removes what killed runs left in a folder of stored matrices: unfinished files, and numbers that no description
 * names.
 */
export async function removeStaleMatrices(folder: string): Promise<void> {
  await removeStaleFiles(folder, (name) => isUnnamedMatrix(folder, name));
}

/**
 * Whether a file contains numbers that no description names: another run is writing them, or was killed while it did.
 */
export async function isUnnamedMatrix(folder: string, name: string): Promise<boolean> {
  const stem = stemOf(name);
  if (stem === undefined) return false;
  const sidecar = await readSidecar(join(folder, stem));
  return typeof sidecar !== "object" || sidecar.file !== name;
}

/** Returns the stem of the matrix that a file of numbers belongs to. */
function stemOf(file: string): string | undefined {
  return /^(.+)-[0-9a-f]{8}\.npy$/.exec(file)?.[1];
}

async function readSidecar<Metadata>(stem: string): Promise<Sidecar<Metadata> | string | undefined> {
  const text = await readRegular(`${stem}.json`).then(String, (cause: NodeJS.ErrnoException) => cause);
  if (text instanceof Error) return text.code === "ENOENT" ? undefined : `${stem}.json: ${text.message}`;
  let parsed: Partial<Sidecar<Metadata>> & { readonly check?: unknown };
  try {
    parsed = JSON.parse(text);
  } catch {
    return `${stem}.json: incomplete`;
  }
  if (typeof parsed !== "object" || parsed === null) return `${stem}.json: not written by this program`;
  const { check, ...sidecar } = parsed;
  if (check !== sha256(JSON.stringify(sidecar))) return `${stem}.json: ${CHECKSUM_MISMATCH}`;
  return asSidecar(stem, sidecar);
}

function asSidecar<Metadata>(stem: string, parsed: Partial<Sidecar<Metadata>>): Sidecar<Metadata> | string {
  const { file, rows, columns, sha256: hash, about } = parsed;
  const whole =
    typeof file === "string" &&
    file === basename(file) &&
    Number.isInteger(rows) &&
    Number.isInteger(columns) &&
    /^[0-9a-f]{64}$/.test(String(hash)) &&
    typeof about === "object" &&
    about !== null;
  return whole ? (parsed as Sidecar<Metadata>) : `${stem}.json: not written by this program`;
}

function readReason(error: NodeJS.ErrnoException): string {
  return error.code === "ENOENT" ? "not there" : error.message;
}
