/**
 * Changes checkpoints byte by byte and field by field, opens them and embeds, in another process with a deadline.
 *
 *   npm run bench -- fuzz-checkpoints [COUNT] [SEED]
 *
 * Ends with status 1 if a checkpoint causes a crash, a hang or a defect, or embeddings differ from onnxruntime's.
 */
import { fuzzCheckpoints } from "./_fuzz-checkpoints.ts";

const [count = "10000", seed = "1"] = process.argv.slice(2);
const messages = new Map<string, number>();
const { faults, ...result } = await fuzzCheckpoints(Number(count), Number(seed), {
  log: (text) => {
    const message = text.replace(/"[^"]*"|\d+/g, "…").slice(0, 120);
    messages.set(message, (messages.get(message) ?? 0) + 1);
  },
});
for (const [message, times] of [...messages].sort((a, b) => b[1] - a[1]).slice(0, 25))
  console.log(`${times}  ${message}`);
for (const fault of faults) console.log(fault);
console.log(`seed ${seed}: ${JSON.stringify({ ...result, faults: faults.length })}`);
if (faults.length > 0) process.exitCode = 1;
