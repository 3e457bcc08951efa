import { readFile } from "node:fs/promises";
import type { Matrix } from "../math/matrix.ts";
import { atomicWrite } from "./atomic-write.ts";
import { encodeNpy, parseNpy } from "./npy.ts";
import { sha256, sha256File } from "./sha256.ts";

/**
 * A matrix on disk is two files: `<stem>.npy` with the numbers and `<stem>.json` with their SHA-256, the shape and
 * what the writer says about the rows. The .json is written last: without it the matrix is not there.
 */
export interface StoredMatrix<About> {
  readonly matrix: Matrix;
  readonly about: About;
}

export type StoredState<About> =
  | { readonly state: "whole"; readonly about: About; readonly rows: number; readonly columns: number }
  | { readonly state: "absent" }
  | { readonly state: "damaged"; readonly reason: string };

const OTHER_CONTENT = "its content is not what was written";

interface Sidecar<About> {
  readonly rows: number;
  readonly columns: number;
  readonly sha256: string;
  readonly about: About;
}

/** Writes both files, each atomically. @throws InputError if the disk is full or cannot be written */
export async function writeStoredMatrix<About>(stem: string, m: Matrix, about: About): Promise<void> {
  const bytes = encodeNpy(m);
  await atomicWrite(`${stem}.npy`, bytes);
  const sidecar: Sidecar<About> = { rows: m.rows, columns: m.columns, sha256: sha256(bytes), about };
  await atomicWrite(`${stem}.json`, JSON.stringify(sidecar));
}

/** What is on disk under this stem: whole only if the numbers' SHA-256 is the one that was written. */
export async function storedMatrixState<About>(stem: string): Promise<StoredState<About>> {
  const sidecar = await readSidecar<About>(stem);
  if (sidecar === undefined) return { state: "absent" };
  if (typeof sidecar === "string") return { state: "damaged", reason: sidecar };
  const found = await sha256File(`${stem}.npy`).catch((cause: NodeJS.ErrnoException) => cause);
  if (found instanceof Error) return { state: "damaged", reason: `${stem}.npy: ${found.message}` };
  if (found !== sidecar.sha256) return { state: "damaged", reason: `${stem}.npy: ${OTHER_CONTENT}` };
  return { state: "whole", about: sidecar.about, rows: sidecar.rows, columns: sidecar.columns };
}

/** What the writer said about the rows, without a look at the numbers; null where it is not there or torn. */
export async function storedMatrixAbout<About>(stem: string): Promise<About | null> {
  const sidecar = await readSidecar<About>(stem);
  return typeof sidecar === "object" ? sidecar.about : null;
}

/** Reads the numbers and checks them against their SHA-256; the reason as a string where they are not whole. */
export async function readStoredMatrix<About>(stem: string): Promise<StoredMatrix<About> | string> {
  const sidecar = await readSidecar<About>(stem);
  if (sidecar === undefined) return `${stem}.json: not there`;
  if (typeof sidecar === "string") return sidecar;
  const bytes = await readFile(`${stem}.npy`).catch((cause: NodeJS.ErrnoException) => cause);
  if (bytes instanceof Error) return `${stem}.npy: ${bytes.code === "ENOENT" ? "not there" : bytes.message}`;
  if (sha256(bytes) !== sidecar.sha256) return `${stem}.npy: ${OTHER_CONTENT}`;
  const matrix = parseNpy(bytes, `${stem}.npy`);
  if (matrix.rows !== sidecar.rows || matrix.columns !== sidecar.columns) return `${stem}.npy: shape differs`;
  return { matrix, about: sidecar.about };
}

async function readSidecar<About>(stem: string): Promise<Sidecar<About> | string | undefined> {
  const text = await readFile(`${stem}.json`, "utf8").catch((cause: NodeJS.ErrnoException) => cause);
  if (text instanceof Error) return text.code === "ENOENT" ? undefined : `${stem}.json: ${text.message}`;
  try {
    const sidecar = JSON.parse(text) as Sidecar<About>;
    const whole =
      Number.isInteger(sidecar.rows) && Number.isInteger(sidecar.columns) && /^[0-9a-f]{64}$/.test(sidecar.sha256);
    return whole && typeof sidecar.about === "object" ? sidecar : `${stem}.json: not written by this program`;
  } catch {
    return `${stem}.json: torn`;
  }
}
