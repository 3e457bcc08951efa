import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ArrowRows, indexArrow } from "../src/data/sources/arrow-index.ts";
import type { ByteSource } from "../src/data/sources/byte-source.ts";
import { TableFault } from "../src/data/sources/table-columns.ts";
import { type Random, seededRandom } from "./_random.ts";

const FOLDER = join(import.meta.dirname, "../test/fixtures/containers/arrow");
/** Numbers at the limits of offsets, lengths and counts. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 255, 256, 65535, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 8, 2 ** 32 - 2];

export type ArrowVerdict = { readonly rows: ArrowRows } | { readonly refused: string } | { readonly thrown: unknown };

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    byteLength: bytes.length,
    slice: async (start, end = bytes.length) => {
      if (end - start > 2 * bytes.length) throw new Error(`asks for ${end - start} bytes of ${bytes.length}`);
      return new Uint8Array(bytes.subarray(start, end)).buffer;
    },
  };
}

/** Arrow streams and files of the fixtures, each changed in one to four places; deterministic for a seed. */
export function* fuzzedArrows(seed: number, count: number): Iterable<Buffer> {
  const random = seededRandom(seed);
  const bases = [FOLDER, join(FOLDER, "saved"), join(FOLDER, "refused")].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".arrow"))
      .sort()
      .map((name) => readFileSync(join(folder, name))),
  );
  for (let i = 0; i < count; i++) {
    let bytes: Buffer = Buffer.from(random.pick(bases));
    for (let changes = 1 + random.below(4); changes > 0; changes--) bytes = change(bytes, random, bases);
    yield bytes;
  }
}

function change(bytes: Buffer, random: Random, bases: readonly Buffer[]): Buffer {
  if (bytes.length < 16) return bytes;
  const at = random.below(bytes.length - 8);
  const aligned = at - (at % 4);
  const kind = random.below(10);
  if (kind < 2) bytes[at] = random.below(256);
  else if (kind < 3) bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  else if (kind < 6) bytes.writeUInt32LE(random.pick(EDGES), aligned);
  else if (kind < 7) bytes.writeInt32LE((bytes.readInt32LE(aligned) + 4 * (random.below(9) - 4)) >> 0, aligned);
  else if (kind < 8) bytes.writeBigInt64LE(BigInt(random.pick([-1, 2 ** 53, 2 ** 62, random.below(5000)])), aligned);
  else if (kind < 9) return bytes.subarray(0, random.below(bytes.length));
  else {
    // a piece of another file
    const donor = random.pick(bases);
    const from = random.below(donor.length);
    donor.copy(bytes, aligned, from - (from % 8), Math.min(donor.length, from + 8 + random.below(200)));
  }
  return bytes;
}

export async function readArrow(bytes: Buffer): Promise<ArrowVerdict> {
  try {
    return { rows: await indexArrow(bytesSource(bytes)) };
  } catch (cause) {
    return cause instanceof TableFault ? { refused: cause.message } : { thrown: cause };
  }
}

/** The fault of a read: the file must be refused with a message, or all its images must be inside it. Null if there is none. */
export function arrowFault(bytes: Buffer, verdict: ArrowVerdict): string | null {
  if ("thrown" in verdict) return `threw ${(verdict.thrown as Error)?.stack}`;
  if ("refused" in verdict) return verdict.refused.length < 2000 ? null : "a message without end";
  const { starts, lengths, paths, labels } = verdict.rows;
  const rows = starts.length;
  if (lengths.length !== rows || paths.length !== rows || labels.length !== rows) return "columns of different lengths";
  const outside = starts.findIndex((start, row) => {
    const length = lengths[row] as number;
    return !(Number.isSafeInteger(start) && start >= 0 && length >= 0 && start + length <= bytes.length);
  });
  if (outside !== -1) return `row ${outside}: ${lengths[outside]} bytes at ${starts[outside]} of ${bytes.length}`;
  return labels.some((label) => typeof label !== "string" && typeof label !== "number") ? "a label of no kind" : null;
}
