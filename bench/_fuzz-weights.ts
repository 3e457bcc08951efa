import { getHeapStatistics } from "node:v8";
import { InputError } from "../src/foundation/errors.ts";
import { readFileTensors } from "../src/model/weights/file-tensors.ts";
import { joinWeights } from "../src/model/weights/join-weights.ts";
import { readShardIndex } from "../src/model/weights/shard-index.ts";
import { weightFileKind } from "../src/model/weights/weight-format.ts";
import { STORED_BYTES, type StoredTensor, type Weights } from "../src/model/weights/weights.ts";
import { changedWeights, memoryFile, readSeeds } from "./_changed-weights.ts";
import { seededRandom } from "./_random.ts";

/** Maximum duration of a call in milliseconds. */
const MAX_TIME = 1000;
/** Maximum memory that a call keeps or discards, in bytes. */
const MAX_GROWTH = 64e6;

/** A changed file and the result of reading it. */
export interface Fuzzed {
  readonly index: number;
  /** the valid file that was changed */
  readonly base: string;
  readonly bytes: Buffer;
  /** null for a valid index */
  readonly verdict: Weights | Error | null;
}

export interface FuzzedWeights {
  readonly files: number;
  readonly read: number;
  readonly refused: number;
  readonly slowest: number;
  readonly faults: readonly string[];
}

/**
 * Changes valid weight files and reads them, in memory.
 *
 * @param report receives each result
 */
export function fuzzWeights(count: number, seed: number, report: (fuzzed: Fuzzed) => void = () => {}): FuzzedWeights {
  const seeds = readSeeds();
  const faults: string[] = [];
  const result = { read: 0, refused: 0, slowest: 0 };
  for (let i = 0; i < count; i++) {
    const random = seededRandom(seed * 1_000_003 + i);
    const base = random.pick(seeds);
    const bytes = changedWeights(base, random);
    const memory = usedMemory();
    const begin = performance.now();
    const verdict = verdictOf(bytes);
    const time = performance.now() - begin;
    const growth = usedMemory() - memory;
    const fault = verdictFault(verdict, bytes.length);
    const where = `file ${i} of seed ${seed}, from ${base.name}`;
    if (fault !== null) faults.push(`${where}: ${fault}`);
    if (time > MAX_TIME) faults.push(`${where}: took ${Math.round(time)} ms`);
    if (growth > MAX_GROWTH) faults.push(`${where}: took ${Math.round(growth / 1e6)} MB`);
    report({ index: i, base: base.name, bytes, verdict });
    result[verdict instanceof Error ? "refused" : "read"]++;
    result.slowest = Math.max(result.slowest, time);
  }
  return { files: count, ...result, faults };
}

/** The content read from a file, null for an index; or the reason of a refusal. */
function verdictOf(bytes: Buffer): Weights | Error | null {
  const file = memoryFile("weights", bytes);
  try {
    const kind = weightFileKind(file);
    if (kind !== "index") return joinWeights(file.path, [file.realPath], [readFileTensors(file, kind)]);
    readShardIndex(file);
    return null;
  } catch (error) {
    return error as Error;
  }
}

function usedMemory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}

/** The fault of a verdict: an error other than InputError, or a tensor that is not inside its file. */
function verdictFault(verdict: Weights | Error | null, size: number): string | null {
  if (verdict === null || verdict instanceof InputError) return null;
  if (verdict instanceof Error) return verdict.stack ?? verdict.message;
  for (const tensor of verdict.tensors.values()) {
    const fault = placeFault(tensor, size);
    if (fault !== null) return `${tensor.name}: ${fault}: ${JSON.stringify(tensor)}`;
  }
  return null;
}

function placeFault({ type, shape, offset, byteLength, strides }: StoredTensor, fileSize: number): string | null {
  const bytes = STORED_BYTES[type];
  const isSize = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (![...shape, ...(strides ?? []), offset, byteLength].every(isSize)) return "a number is no size";
  if (offset + byteLength > fileSize) return "it is not inside its file";
  if (strides !== null && strides.length !== shape.length) return "a stride is missing";
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n);
  const last = shape.reduce((sum, size, i) => sum + BigInt(size - 1) * BigInt(strides?.[i] ?? 0), 0n);
  const span = elements === 0n ? 0n : strides === null ? elements : last + 1n;
  return span * BigInt(bytes) === BigInt(byteLength) ? null : "its byte count does not match its shape";
}
