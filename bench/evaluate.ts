/**
 * Images per second of the whole `evaluate` and of a bare `session.run` loop over the same graph, in turn.
 *
 *   npm run bench -- evaluate CHECKPOINT IMAGES [PAIRS] [N]
 *
 * CHECKPOINT is an open_clip export (visual.onnx, textual.onnx), IMAGES a folder of ImageNet photos in wnid folders, repeated by
 * links to N images. `evaluate` is timed as a process from start to end, including start-up, hashing, loading and scoring; a
 * previous run stores its text embeddings. The bare loop is timed without loading.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { spread } from "./_median.ts";
import { repeatImages } from "./_repeat-images.ts";

const BATCH = 32;
const BARE_RUNS = 16;
const [checkpoint, images, pairsText = "5", nText = "4096"] = process.argv.slice(2);
if (checkpoint === undefined || images === undefined) throw new Error("expected CHECKPOINT IMAGES [PAIRS] [N]");
const pairs = Number(pairsText);
const n = Number(nText);
const scratch = mkdtempSync(join(tmpdir(), "shiftline-bench-"));

function runEvaluate(name: string): number {
  const begun = performance.now();
  const store = join(scratch, "store");
  rmSync(join(store, "images"), { recursive: true, force: true });
  const options = [
    "--data-dir",
    `imagenet=${join(scratch, "images")}`,
    "--allow-incomplete",
    "--templates",
    "single-1",
  ];
  const command = ["dist/cli.js", "evaluate", checkpoint as string, ...options, "--store", store, "--quiet"];
  const result = spawnSync(process.execPath, [...command, "--out", join(scratch, name)], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(result.stderr);
  return n / ((performance.now() - begun) / 1000);
}

async function bareLoop(session: InferenceSession): Promise<number> {
  const input = session.inputNames[0] as string;
  const shape = (session.inputMetadata[0] as { shape: readonly (number | string)[] }).shape;
  const size = typeof shape[2] === "number" ? shape[2] : 224;
  const pixels = Float32Array.from({ length: BATCH * 3 * size * size }, (_, i) => Math.sin(i));
  const feeds = { [input]: new Tensor("float32", pixels, [BATCH, 3, size, size]) };
  await session.run(feeds);
  const begun = performance.now();
  for (let run = 0; run < BARE_RUNS; run++) await session.run(feeds);
  return (BARE_RUNS * BATCH) / ((performance.now() - begun) / 1000);
}

repeatImages(images, join(scratch, "images"), n);
const threads = availableParallelism();
const rates = { evaluate: [] as number[], bare: [] as number[], ratio: [] as number[] };
runEvaluate("warm");
for (let pair = 0; pair < pairs; pair++) {
  const session = await InferenceSession.create(join(checkpoint, "visual.onnx"), { intraOpNumThreads: threads });
  const bare = await bareLoop(session);
  await session.release();
  const whole = runEvaluate(`pair-${pair}`);
  rates.bare.push(bare);
  rates.evaluate.push(whole);
  rates.ratio.push(whole / bare);
  console.log(
    `pair ${pair + 1}: bare loop ${bare.toFixed(2)}, evaluate ${whole.toFixed(2)} images/s, ratio ${(whole / bare).toFixed(3)}`,
  );
}
console.log(`bare session.run loop  ${spread(rates.bare)} images/s`);
console.log(`whole evaluate         ${spread(rates.evaluate)} images/s`);
console.log(`ratio                  ${spread(rates.ratio, 3)}`);
rmSync(scratch, { recursive: true, force: true });
