import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetContainer } from "../src/data/sources/parquet-format.ts";
import { listRows, type SyncFile } from "../src/data/sources/parquet-index.ts";
import { TableFault } from "../src/data/sources/table-columns.ts";
import { InputError } from "../src/foundation/errors.ts";
import { type Random, seededRandom } from "./_random.ts";

const BASES = join(import.meta.dirname, "../test/fixtures/parquet");
/** Numbers in Thrift's compact protocol for sizes, counts and offsets: small, large, negative, unterminated. */
const NUMBERS: readonly (readonly number[])[] = [
  [0],
  [1],
  [2],
  [3],
  [0x7e],
  [0x7f],
  [0x80, 0x01],
  [0xff, 0x7f],
  [0x80, 0x80, 0x04],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
];
/** Headers of fields and lists, of nested structs, of lists that claim to be long. */
const HEADS: readonly (readonly number[])[] = [
  [0x00],
  [0x15],
  [0x16],
  [0x18],
  [0x19, 0x1c],
  [0x1c],
  [0x19, 0xfc, 0xff, 0xff, 0xff, 0x07],
  [0x19, 0xf1, 0xff, 0xff, 0x03],
  Array.from({ length: 64 }, () => 0x1c),
  Array.from({ length: 64 }, () => 0x19),
];

/** The files that are changed: those of pyarrow and datasets, made by test/fixtures/parquet/make-parquet.py. */
export function readBases(): Buffer[] {
  return readdirSync(BASES)
    .filter((name) => name.endsWith(".parquet"))
    .sort()
    .map((name) => readFileSync(join(BASES, name)));
}

/** Files with all kinds of faults, and some valid ones. */
export function* fuzzedParquets(seed: number, count: number): Iterable<Buffer> {
  const bases = readBases();
  for (let i = 0; i < count; i++) {
    const random = seededRandom(seed * 1_000_003 + i);
    let file = Buffer.from(random.pick(bases));
    const changes = random.chance(0.03) ? 0 : 1 + random.below(3);
    for (let c = 0; c < changes; c++) file = random.pick(CHANGES)(file, random, bases);
    yield file.subarray(0, 1 << 20);
  }
}

type Change = (file: Buffer<ArrayBuffer>, random: Random, bases: readonly Buffer[]) => Buffer<ArrayBuffer>;

const CHANGES: readonly Change[] = [
  ...Array<Change>(4).fill((file, random) => changeByte(file, footerByte(file, random), random)),
  ...Array<Change>(3).fill((file, random) => changeByte(file, headerByte(file, random), random)),
  (file, random) => changeByte(file, random.below(Math.max(1, file.length)), random),
  ...Array<Change>(3).fill((file, random) => write(file, footerByte(file, random), random.pick(NUMBERS))),
  ...Array<Change>(2).fill((file, random) => write(file, headerByte(file, random), random.pick(NUMBERS))),
  (file, random) => write(file, footerByte(file, random), random.pick(HEADS)),
  (file, random) => insert(file, footerByte(file, random), 0, random.pick(HEADS)),
  (file, random) => insert(file, footerByte(file, random), random.below(4), random.pick(NUMBERS)),
  (file, random) => insert(file, footerByte(file, random), 1 + random.below(20), []),
  (file, random) => insert(file, random.below(file.length + 1), random.below(64), []),
  (file, random) => insert(file, headerByte(file, random), random.below(3), random.pick(NUMBERS)),
  (file, random) => file.subarray(0, random.below(file.length + 1)),
  (file, random) => {
    if (file.length < 8) return file;
    const changed = Buffer.from(file);
    changed.writeUInt32LE(random.chance(0.5) ? random.below(file.length) : random.below(2 ** 32), file.length - 8);
    return changed;
  },
  (file, random, bases) => {
    const end = random.pick(bases);
    return Buffer.concat([file.subarray(0, footerStart(file)), end.subarray(footerStart(end))]);
  },
  (file, random) => Buffer.concat([file, Buffer.alloc(random.below(16), random.below(256))]),
];

function footerStart(file: Buffer): number {
  if (file.length < 12) return 0;
  return Math.max(0, Math.min(file.length - 8, file.length - 8 - file.readUInt32LE(file.length - 8)));
}

/** An offset in the footer, usually outside the metadata strings. */
function footerByte(file: Buffer, random: Random): number {
  const start = footerStart(file);
  return (
    start + random.below(Math.max(1, random.chance(0.9) ? Math.min(600, file.length - start) : file.length - start))
  );
}

/** An offset in a probable page header. */
function headerByte(file: Buffer, random: Random): number {
  const starts: number[] = [];
  for (let at = 4; at + 2 < footerStart(file); at++) {
    if (file[at] === 0x15 && [0, 4, 6].includes(file[at + 1] as number) && file[at + 2] === 0x15) starts.push(at);
  }
  return starts.length === 0 ? 0 : random.pick(starts) + random.below(40);
}

function changeByte(file: Buffer<ArrayBuffer>, at: number, random: Random): Buffer<ArrayBuffer> {
  if (at >= file.length) return file;
  const changed = Buffer.from(file);
  changed[at] = random.chance(0.5) ? (changed[at] as number) ^ (1 << random.below(8)) : random.below(256);
  return changed;
}

function write(file: Buffer<ArrayBuffer>, at: number, bytes: readonly number[]): Buffer<ArrayBuffer> {
  const changed = Buffer.from(file);
  for (let i = 0; i < bytes.length && at + i < file.length; i++) changed[at + i] = bytes[i] as number;
  return changed;
}

/** Replaces bytes; the footer's length is usually corrected. */
function insert(file: Buffer<ArrayBuffer>, at: number, drop: number, bytes: readonly number[]): Buffer<ArrayBuffer> {
  const start = footerStart(file);
  const changed = Buffer.concat([file.subarray(0, at), Buffer.from(bytes), file.subarray(at + drop)]);
  const length = file.length - 8 - start + bytes.length - drop;
  if (at >= start && changed.length >= 12 && length > 0) changed.writeUInt32LE(length, changed.length - 8);
  return changed;
}

/** The result of reading a file: a digest like that of pyarrow-verdicts.py, or the reason of a refusal. */
export type ParquetVerdict = { readonly digest: string } | { readonly refused: string } | { readonly defect: string };

/** Time limit in milliseconds for a file of a few kB on a busy machine. */
const DEADLINE = 20_000;

/**
 * Reads a file as an evaluation does: its index, and then each image by its location. It reads from memory, because opening files
 * would take half the time.
 */
export async function readParquet(content: Buffer): Promise<ParquetVerdict> {
  const begun = performance.now();
  try {
    const digest = await digestOf(content);
    if (performance.now() - begun > DEADLINE) return { defect: `not read within ${DEADLINE} ms` };
    return { digest };
  } catch (error) {
    if (error instanceof InputError || error instanceof TableFault) return { refused: error.message };
    return { defect: String((error as Error).stack ?? error) };
  }
}

async function digestOf(content: Buffer): Promise<string> {
  const bytes: SyncFile = {
    byteLength: content.length,
    slice: async (start, end = content.length) => Uint8Array.from(content.subarray(start, end)).buffer,
    lengthAt: (position) => (position + 4 > content.length ? undefined : content.readUInt32LE(position)),
  };
  const { members } = await listRows(bytes);
  const digest = createHash("sha256");
  const reader = parquetContainer.open({});
  for (const member of members) {
    const image = await reader.read({ path: "fuzzed.parquet", bytes }, member).catch((error: unknown) => {
      if (error instanceof InputError && /: (?:image|webp)(?:\.bytes)? is (?:null|empty)/.test(error.message))
        return null;
      throw error;
    });
    const hash = image === null ? "none" : createHash("sha256").update(image).digest("hex");
    digest.update(`${hash} ${member.label ?? "null"}\n`);
  }
  await reader.close();
  return digest.digest("hex").slice(0, 16);
}

/**
 * Compares a verdict with pyarrow's line: what both read must be equal, image by image and label by label.
 *
 * @param expected  pyarrow's digest; "-" if it reads nothing
 * @returns the fault; null if there is none
 */
export function parquetFault(verdict: ParquetVerdict, expected: string): string | null {
  if ("defect" in verdict) return `a defect: ${verdict.defect}`;
  if ("refused" in verdict || expected === "-") return null;
  return verdict.digest === expected ? null : "images or labels differ from pyarrow's";
}
