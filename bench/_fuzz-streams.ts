import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFileBytes } from "../src/data/sources/byte-source.ts";
import { gzipTarContainer, zstdTarContainer } from "../src/data/sources/compressed-tar-format.ts";
import type { ContainerFormat } from "../src/data/sources/container-format.ts";
import { InputError } from "../src/foundation/errors.ts";
import { type Random, seededRandom } from "./_random.ts";

const BASES = join(import.meta.dirname, "../test/fixtures/containers/zstd");

/** A stream in which a checksum covers every byte must be read correctly or refused. */
const STREAMS: readonly (readonly [file: string, format: ContainerFormat, isChecked: boolean])[] = [
  ["small.tar.gz", gzipTarContainer, true],
  ["small-checked.tar.zst", zstdTarContainer, true],
  ["small-frames.tar.zst", zstdTarContainer, false],
];

export interface FuzzedStream {
  readonly bytes: Buffer;
  readonly format: ContainerFormat;
  readonly isChecked: boolean;
  readonly isWhole: boolean;
}

/** Compressed tars, each changed in one to three places; deterministic for a seed. */
export function* fuzzedStreams(seed: number, count: number): Iterable<FuzzedStream> {
  const random = seededRandom(seed);
  const bases = STREAMS.map(([file, format, isChecked]) => ({
    bytes: readFileSync(join(BASES, file)),
    format,
    isChecked,
  }));
  for (let i = 0; i < count; i++) {
    const base = random.pick(bases);
    let bytes: Buffer = Buffer.from(base.bytes);
    for (let left = i % 50 === 0 ? 0 : 1 + random.below(3); left > 0; left--) bytes = change(bytes, random);
    yield { ...base, bytes, isWhole: bytes.equals(base.bytes) };
  }
}

function change(bytes: Buffer, random: Random): Buffer {
  // headers are at the beginning
  const at = random.below(random.below(3) === 0 ? Math.min(40, bytes.length + 1) : bytes.length + 1);
  const length = 1 + random.below(8);
  switch (random.below(6)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length, random.below(256)), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes, bytes.subarray(at)]);
    default: {
      const changed = Buffer.from(bytes);
      for (let i = at; i < Math.min(at + length, changed.length); i++) {
        changed[i] = random.below(2) === 0 ? (changed[i] as number) ^ (1 << random.below(8)) : random.below(256);
      }
      return changed;
    }
  }
}

/** The result of reading: "name content" of each member, or the reason of a refusal. */
export type StreamVerdict = { readonly read: string } | { readonly refused: string } | { readonly defect: string };

const DEADLINE = 20_000;

export async function readStream({ bytes, format }: FuzzedStream, path: string): Promise<StreamVerdict> {
  writeFileSync(path, bytes);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not read within ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    return { read: await Promise.race([membersOf(path, format), late]) };
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith(path)) return { refused: error.message };
    return { defect: String((error as Error).stack ?? error) };
  } finally {
    clearTimeout(timer);
  }
}

async function membersOf(path: string, format: ContainerFormat): Promise<string> {
  const { members } = await format.index(path, {});
  const file = await openFileBytes(path);
  const reader = format.open({});
  try {
    const lines: string[] = [];
    for (const { name, position, bytes } of members) {
      const content = await reader.read({ path, bytes: file }, { name, position, bytes });
      if (content.length !== bytes) throw new Error(`${name}: ${content.length} bytes of ${bytes}`);
      lines.push(`${name} ${Buffer.from(content).toString("latin1")}`);
    }
    return lines.join("\n");
  } finally {
    await reader.close();
    await file.close();
  }
}

/** @param whole  content of the streams. @returns the fault; null if there is none */
export function streamFault(
  { isChecked, isWhole }: FuzzedStream,
  verdict: StreamVerdict,
  whole: string,
): string | null {
  if ("defect" in verdict) return `a defect: ${verdict.defect}`;
  if ("refused" in verdict) return isWhole ? `refused although it is valid: ${verdict.refused}` : null;
  return isChecked && verdict.read !== whole ? "read with different content" : null;
}
