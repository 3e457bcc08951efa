/**
 * Changes weight files (headers, directories, pickles) and reads them.
 *
 *   npm run bench -- fuzz-weights [COUNT] [SEED] [--save FOLDER]
 *
 * Ends with status 1 if a file causes a defect, describes a tensor outside it, or takes a second or 64 MB. --save writes the
 * files and the results of reading them for test/fixtures/weights/compare-fuzzed.py.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tensorBytes } from "../test/model/weights/fixture-bytes.ts";
import { type Fuzzed, fuzzWeights } from "./_fuzz-weights.ts";

/** Tensors with more elements are views that repeat stored values; their values are not written. */
const MAX_ELEMENTS = 1e5;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { save: { type: "string" } } });
const [count = "100000", seed = "1"] = positionals;
const messages = new Map<string, number>();
const begin = performance.now();
const lines: string[] = [];
const { faults, ...result } = fuzzWeights(Number(count), Number(seed), (fuzzed) => {
  if (values.save !== undefined) lines.push(save(fuzzed, values.save));
  const { verdict } = fuzzed;
  if (!(verdict instanceof Error)) return;
  const message = verdict.message.replace(/"(?:[^"\\]|\\.)*"|\d+/g, "…").slice(0, 120);
  messages.set(message, (messages.get(message) ?? 0) + 1);
});
const perSecond = Math.round((1000 * result.files) / (performance.now() - begin));
if (values.save !== undefined) writeFileSync(join(values.save, "verdicts.jsonl"), lines.join(""));
for (const [message, times] of [...messages].sort((a, b) => b[1] - a[1]).slice(0, 40))
  console.log(`${times}  ${message}`);
for (const fault of faults.slice(0, 20)) console.log(fault);
console.log(`seed ${seed}: ${JSON.stringify({ ...result, perSecond, faults: faults.length })}`);
if (faults.length > 0) process.exitCode = 1;

function save({ index, base, bytes, verdict }: Fuzzed, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = `${index}.${base.endsWith(".safetensors") ? "safetensors" : "pt"}`;
  const path = join(folder, file);
  if (!base.endsWith(".json")) writeFileSync(path, bytes);
  if (verdict === null || verdict instanceof Error) {
    return `${JSON.stringify({ file, base, refused: verdict?.message ?? "an index" })}\n`;
  }
  const tensors = [...verdict.tensors.values()].map((tensor) => {
    const { name, type, shape } = tensor;
    const count = shape.reduce((product, size) => product * size, 1);
    return [name, { type, shape, bytes: count > MAX_ELEMENTS ? null : tensorBytes({ ...tensor, file: path }) }];
  });
  const unusable = [...verdict.unusable.keys()];
  return `${JSON.stringify({ file, base, format: verdict.format, tensors: Object.fromEntries(tensors), unusable })}\n`;
}
