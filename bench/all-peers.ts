/**
 * All measurements of BENCHMARKS.md in one run: peers of three models, transformers.js, a sweep, int8, the plan.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- all-peers [--write] [--quick] [--tables] [--models DIR]
 *
 * Takes an hour and a half on two cores once the models exist (`npm run bench -- models`): ViT-L/14 in PyTorch is slow. `--write`
 * stores the raw rounds in bench/measured and rewrites the tables between the markers of BENCHMARKS.md and
 * docs/reference/performance.md; `--quick` measures one round of few images as a functional test; `--tables` measures nothing and
 * only rewrites the tables.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fillBenchmarks } from "./_benchmarks-md.ts";
import { ROOT, runBench } from "./_child.ts";
import { fillPerformance } from "./_performance-md.ts";
import { NO_SAMPLES, samplePath } from "./_samples.ts";

const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    tables: { type: "boolean", default: false },
    models: { type: "string" },
  },
});
const BENCHMARKS = join(ROOT, "BENCHMARKS.md");
const PERFORMANCE = join(ROOT, "docs", "reference", "performance.md");

function bench(name: string, full: readonly string[], quick: readonly string[]): void {
  const shared = [
    ...(values.write ? ["--write"] : []),
    ...(values.models === undefined ? [] : ["--models", values.models]),
  ];
  const begun = performance.now();
  runBench(name, [...(values.quick ? quick : full), ...shared]);
  console.error(`${name}: ${((performance.now() - begun) / 60_000).toFixed(1)} minutes`);
}

if (!values.tables) {
  const few = ["--rounds", "1", "--images", "64", "--peer-images", "64"];
  const base = ["vit-b-32", "--int8", "--images", "2048", "--peer-images", "192"];
  bench("peers", base, ["vit-b-32", "--int8", ...few]);
  const large = ["vit-l-14", "--rounds", "2", "--images", "64", "--peer-images", "16"];
  bench("peers", large, ["vit-l-14", ...few]);
  const photos = samplePath("photos-clip") !== null;
  if (photos) {
    bench(
      "peers",
      ["photos-clip", "--rounds", "2", "--images", "4096", "--peer-images", "1024"],
      ["photos-clip", ...few],
    );
  } else console.error(`no trained checkpoint and no sweep timed: ${NO_SAMPLES}`);
  bench("transformers-js", ["--rounds", "2"], [...few, "--calls", "8"]);
  if (photos)
    bench("sweep", ["--rounds", "2"], ["--rounds", "1", "--checkpoints", "3", "--many", "5", "--images", "50"]);
  bench("int8", [], []);
}
if (values.write || values.tables) {
  writeFileSync(BENCHMARKS, fillBenchmarks(readFileSync(BENCHMARKS, "utf8")));
  writeFileSync(PERFORMANCE, fillPerformance(readFileSync(PERFORMANCE, "utf8")));
  console.error("written: BENCHMARKS.md, docs/reference/performance.md");
}
