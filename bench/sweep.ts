/**
 * Compares the seconds of one command that evaluates many small checkpoints with those of as many commands and with the minimum
 * for the cores: inference of every checkpoint and decoding once.
 *
 *   npm run bench -- sweep [CHECKPOINT] [--checkpoints 20] [--many 200] [--images 500] [--rounds 3] [--write | --any-load]
 *                          [--models DIR] [--from IMAGES]
 *
 * CHECKPOINT is an open_clip export, by default the small trained one of SHIFTLINE_SAMPLES. Copies of it have different
 * fingerprints (an additional field in their open_clip_config.json), so nothing is shared in the store. The images are repeated
 * by links. A previous run stores text embeddings; image embeddings are never stored. `--checkpoints` of them are evaluated by
 * one command and by as many commands; `--many` by one. `--write` stores the raw rounds in bench/measured/sweep.json.
 */
import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { runChild, runNode } from "./_child.ts";
import { findImages } from "./_images.ts";
import { describeSetting, writeMeasured } from "./_measured.ts";
import { modelsFolder, photosClip } from "./_models.ts";
import type { TimedCpu } from "./_rates.ts";
import { repeatImages } from "./_repeat-images.ts";
import { NO_SAMPLES } from "./_samples.ts";
import { makeScratch } from "./_scratch.ts";
import { type SweepMeasured, type SweepRound, sweepTable } from "./_sweep-table.ts";

/** Images of a run of the model, as `evaluate` takes them. */
const BATCH = "8";
/** Images of the run that stores the text embeddings. */
const FEW = 8;
const BARE_SECONDS = "5";
const DECODE_SECONDS = "5";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    checkpoints: { type: "string", default: "20" },
    many: { type: "string", default: "200" },
    images: { type: "string", default: "500" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
    "any-load": { type: "boolean", default: false },
    models: { type: "string" },
    from: { type: "string" },
  },
});
const checkpoint = positionals[0] ?? photosClip(modelsFolder(values.models));
if (checkpoint === null) throw new Error(`expected CHECKPOINT, or ${NO_SAMPLES}`);
const setting = await describeSetting(values);
const source = findImages(values.from);
const scratch = makeScratch();
const [few, many] = [Number(values.checkpoints), Number(values.many)];
const copies = Array.from({ length: Math.max(few, many) }, (_, k) => copyCheckpoint(checkpoint, k));
const images = join(scratch, "images");
repeatImages(source.folder, images, Number(values.images));
const fewImages = join(scratch, "few-images");
repeatImages(source.folder, fewImages, FEW);
let runs = 0;

/** A copy with a separate fingerprint; its large files are links to those of the original. */
function copyCheckpoint(from: string, k: number): string {
  const [copy, first] = [k, 0].map((i) => join(scratch, "checkpoints", `copy-${i}`)) as [string, string];
  if (k === 0) cpSync(from, copy, { recursive: true });
  else {
    mkdirSync(copy);
    for (const name of readdirSync(first)) linkSync(join(first, name), join(copy, name));
  }
  const config = join(copy, "open_clip_config.json");
  const content = { ...JSON.parse(readFileSync(join(from, "open_clip_config.json"), "utf8")), copy: k };
  rmSync(config);
  writeFileSync(config, JSON.stringify(content));
  return copy;
}

function evaluate(paths: readonly string[], folder = images): string {
  const out = join(scratch, `results-${runs++}`);
  runChild(process.execPath, [
    ...["dist/cli.js", "evaluate", ...paths, "--data-dir", `imagenet=${folder}`, "--allow-incomplete"],
    ...["--templates", "single-1", "--store", join(scratch, "store"), "--out", out, "--quiet"],
  ]);
  return out;
}

function seconds(work: () => void): number {
  rmSync(join(scratch, "store", "images"), { recursive: true, force: true });
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1000;
}

const warm = evaluate(copies, fewImages); // stores the text embeddings
const recorded = join(warm, "copy-0", "imagenet", "1000", "single-1", "run.json");
const { preprocessing } = JSON.parse(readFileSync(recorded, "utf8")).checkpoint;
const rounds: SweepRound[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const bare = runNode<TimedCpu>("bare-loop.mjs", [join(checkpoint, "visual.onnx"), BATCH, BARE_SECONDS]);
  const one = seconds(() => evaluate(copies.slice(0, few)));
  const each = seconds(() => {
    for (const copy of copies.slice(0, few)) evaluate([copy]);
  });
  const decode = runNode<TimedCpu>("decode-loop.mjs", [images, JSON.stringify(preprocessing), DECODE_SECONDS]);
  const large = seconds(() => evaluate(copies.slice(0, many)));
  rounds.push({ bare, decode, one, each, many: large });
  console.error(
    `round ${round + 1} of ${values.rounds}: one command ${one.toFixed(1)} s, ${few} commands ${each.toFixed(1)} s, ` +
      `${many} checkpoints ${large.toFixed(1)} s`,
  );
}

const measured: SweepMeasured = {
  ...setting,
  model: basename(checkpoint),
  photos: source.title,
  images: Number(values.images),
  few,
  many,
  rounds,
};
console.log(sweepTable(measured));
if (values.write) writeMeasured("sweep", measured);
