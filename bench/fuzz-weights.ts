/**
 * Changes weight files: headers, directories, pickles, and reads them.
 *
 *   npm run bench -- fuzz-weights [COUNT] [SEED]
 *
 * Ends with status 1 if one is a defect, describes a tensor outside its file, takes a second, or takes 64 MB.
 */
import { fuzzWeights } from "./_fuzz-weights.ts";

const [count = "100000", seed = "1"] = process.argv.slice(2);
const messages = new Map<string, number>();
const begin = performance.now();
const { faults, ...result } = fuzzWeights(Number(count), Number(seed), (text) => {
  const message = text.replace(/"(?:[^"\\]|\\.)*"|\d+/g, "…").slice(0, 120);
  messages.set(message, (messages.get(message) ?? 0) + 1);
});
for (const [message, times] of [...messages].sort((a, b) => b[1] - a[1]).slice(0, 40))
  console.log(`${times}  ${message}`);
for (const fault of faults.slice(0, 20)) console.log(fault);
const perSecond = Math.round((1000 * result.files) / (performance.now() - begin));
console.log(`seed ${seed}: ${JSON.stringify({ ...result, perSecond, faults: faults.length })}`);
if (faults.length > 0) process.exitCode = 1;
