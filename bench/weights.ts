/**
 * Compares towers compiled from weights with PyTorch's export and with their matrix products alone (ViT-B/32, random weights), in
 * turn; then measures seconds and memory of compiling and opening ViT-B/32 and ViT-L/14.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- weights [--rounds 15] [--batch 8] [--threads N] [--models DIR] [--any-load]
 *
 * Rates are by wall-clock time; "of products" is the time of the products as a share of the graph's, the median of paired rounds:
 * by wall-clock time, and by CPU time, which other work on the machine affects less. Memory is read from /proc: Linux only.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compileImageTower, compileTextTower } from "../src/model/architectures/compile.ts";
import type { Block } from "../src/model/architectures/towers.ts";
import { type Feed, type GraphSource, loadGraph } from "../src/model/onnx/onnx-runtime.ts";
import { lastJson, ROOT, runChild } from "./_child.ts";
import { spread } from "./_median.ts";
import { modelsFolder, openClipModel } from "./_models.ts";
import { openClipTowers } from "./_open-clip-towers.ts";
import { patchSize, productGraph } from "./_product-graph.ts";
import { waitForQuiet } from "./_quiet.ts";
import { seededRandom } from "./_random.ts";
import { median } from "./_rates.ts";
import type { WeightsMemory } from "./_weights-memory.ts";

/** Length in tokens of a typical prompt of ImageNet's templates, and of the longest. */
const PROMPT_TOKENS = { "at their length": 16, padded: 77 };
const PROMPTS_PER_IMAGE = 8;
/** Ids of CLIP's vocabulary. */
const END_OF_TEXT = 49407n;
const ORDINARY = 500n;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "15" },
    batch: { type: "string", default: "8" },
    threads: { type: "string", default: String(availableParallelism()) },
    models: { type: "string" },
    "any-load": { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const batch = Number(values.batch);
const runtime = { threads: Number(values.threads) };
const models = modelsFolder(values.models);
if (!values["any-load"]) await waitForQuiet();

const folder = openClipModel(models, "ViT-B-32");
const { image, text } = await openClipTowers(folder);
const { height, width } = image.imageSize;
const tokens = image.positions.shape[0] as number;
const pixels: Feed = { data: randomFloats(batch * 3 * height * width), dims: [batch, 3, height, width] };
const patches: Feed = {
  data: randomFloats(batch * (tokens - 1) * patchSize(image.patch.weight)),
  dims: [batch * (tokens - 1), patchSize(image.patch.weight)],
};
console.log(`${rounds} rounds, ${runtime.threads} threads`);
await compare(`images, batches of ${batch}`, batch, {
  products: {
    source: { ...productGraph({ blocks: image.blocks, tokens, patch: image.patch.weight }), name: folder },
    feeds: { ...productFeeds(image.blocks, batch, tokens), patches },
  },
  compiled: { source: compileImageTower(image), feeds: { pixel_values: pixels } },
  "PyTorch's export": { source: { path: join(folder, "visual.onnx") }, feeds: { image: pixels } },
});
for (const [name, length] of Object.entries(PROMPT_TOKENS)) {
  const count = batch * PROMPTS_PER_IMAGE;
  const ids = new BigInt64Array(count * length).fill(ORDINARY);
  for (let i = 0; i < count; i++) ids[i * length + Math.min(...Object.values(PROMPT_TOKENS)) - 1] = END_OF_TEXT;
  const feed: Feed = { data: ids, dims: [count, length] };
  await compare(`prompts ${name} (${length} tokens), batches of ${count}`, count, {
    products: {
      source: { ...productGraph({ blocks: text.blocks, tokens: length, patch: null }), name: folder },
      feeds: productFeeds(text.blocks, count, length),
    },
    compiled: { source: compileTextTower(text), feeds: { input_ids: feed } },
    "PyTorch's export": { source: { path: join(folder, "textual.onnx") }, feeds: { text: feed } },
  });
}
for (const model of ["ViT-B-32", "ViT-L-14"] as const) reportMemory(model);

/** In [-1, 1). */
function randomFloats(n: number): Float32Array {
  const random = seededRandom(n);
  return Float32Array.from({ length: n }, () => 2 * random.next() - 1);
}

interface Candidate {
  readonly source: GraphSource;
  readonly feeds: Readonly<Record<string, Feed>>;
}

/** Runs graphs in turn and prints their rates and that of the products. */
async function compare(title: string, items: number, candidates: Readonly<Record<string, Candidate>>): Promise<void> {
  const runs = new Map<string, () => Promise<unknown>>();
  const release: (() => Promise<void>)[] = [];
  for (const [name, { source, feeds }] of Object.entries(candidates)) {
    const graph = await loadGraph(source, runtime);
    const outputs = graph.outputs.map((output) => output.name);
    runs.set(name, () => graph.run(feeds, outputs));
    release.push(() => graph.release());
  }
  const clock = new Map<string, number[]>();
  const cpu = new Map<string, number[]>();
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of runs) {
      const used = process.cpuUsage();
      const begun = performance.now();
      await run();
      const seconds = (performance.now() - begun) / 1000;
      const { user, system } = process.cpuUsage(used);
      if (round < 0) continue; // the first run warms up
      clock.set(name, [...(clock.get(name) ?? []), seconds]);
      cpu.set(name, [...(cpu.get(name) ?? []), (user + system) / 1e6]);
    }
  }
  for (const done of release) await done();
  console.log(title);
  const share = (times: Map<string, number[]>, name: string) =>
    median((times.get("products") ?? []).map((seconds, i) => seconds / (times.get(name)?.[i] as number)));
  for (const [name, seconds] of clock) {
    const rate = spread(
      seconds.map((s) => items / s),
      1,
    );
    console.log(
      `  ${name.padEnd(17)} ${rate} per second; of products ${share(clock, name).toFixed(3)}, by CPU time ${share(cpu, name).toFixed(3)}`,
    );
  }
}

function productFeeds(blocks: readonly Block[], items: number, length: number): Record<string, Feed> {
  const { heads, output } = (blocks[0] as Block).attention;
  const inside = output.weight.shape[0] as number;
  const float = (...dims: number[]): Feed => ({ data: randomFloats(dims.reduce((size, n) => size * n, 1)), dims });
  return {
    rows: float(items * length, inside),
    queries: float(items * heads, length, inside / heads),
    keys: float(items * heads, inside / heads, length),
  };
}

/** Each in a separate process. */
function reportMemory(model: "ViT-B-32" | "ViT-L-14"): void {
  const from = openClipModel(models, model);
  const measure = (kind: "weights" | "export") =>
    lastJson(
      runChild(process.execPath, [
        join(ROOT, "node_modules", "tsx", "dist", "cli.mjs"),
        join(ROOT, "bench", "_weights-memory.ts"),
        from,
        kind,
      ]).stdout,
    ) as WeightsMemory;
  const weights = measure("weights");
  const exported = measure("export");
  console.log(
    `${model}: compiled in ${weights.compileSeconds.toFixed(2)} s with ${weights.compileMB.toFixed(0)} MB;` +
      ` opened in ${weights.openSeconds.toFixed(1)} s with ${weights.openMB.toFixed(0)} MB at the peak` +
      ` (PyTorch's export: ${exported.openSeconds.toFixed(1)} s, ${exported.openMB.toFixed(0)} MB)`,
  );
}
