// Evaluates a checkpoint on the benchmarks below a folder: node evaluate.js CHECKPOINT DATA OUT
import { type EvaluateOptions, type EvaluateResult, evaluate, InputError } from "shiftline";

const [checkpoint, data, out] = process.argv.slice(2);
if (checkpoint === undefined || data === undefined || out === undefined) {
  throw new Error("usage: node evaluate.js CHECKPOINT DATA OUT");
}
const options: EvaluateOptions = {
  checkpoints: [checkpoint],
  data,
  out,
  templates: ["single-1"],
  allowIncomplete: true, // score a folder that holds some of the images
  onProgress: ({ phase, done, total }) => process.stderr.write(`${phase}: ${done} of ${total}\n`),
  onNote: (note) => process.stderr.write(`${note.severity}: ${note.text}\n`),
};
try {
  const results: readonly EvaluateResult[] = await evaluate(options);
  for (const { benchmark, protocol, n, expectedN, metrics } of results) {
    const top1 = metrics.find(({ metric }) => metric === "top1");
    console.log(`${benchmark} ${protocol}: ${top1?.value.toFixed(4)} on ${n} of ${expectedN} images`);
  }
} catch (error) {
  // InputError is what the caller can fix, such as a missing folder; anything else is a defect
  if (!(error instanceof InputError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
