// Packs WORK/results and WORK/logs of the full study into ../study: top1/*.npy, top1.json, accuracies.csv, training.csv.
//   node compact.mjs WORK [OUT]       after evaluate.mjs; OUT: a folder other than ../study
// Uses complete seeds only; names the others.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRuns, readTable, STUDY, thingsOf } from "../study/read-study.mjs";
import { encodeTop1 } from "../study/top1-file.mjs";

const [work, out = STUDY] = process.argv.slice(2);
if (work === undefined) throw new Error("expected WORK [OUT]");
const definitions = JSON.parse(readFileSync(join(STUDY, "study.json"), "utf8")).benchmarks.map((path) =>
  JSON.parse(readFileSync(join(STUDY, path), "utf8")),
);
const resultFolder = (run, benchmark) => join(work, "results", run.checkpoint, benchmark, "160", "templates");

const runs = readRuns();
const isFinished = (run) => definitions.every(({ id }) => existsSync(join(resultFolder(run, id), "metrics.json")));
const unfinished = runs.filter((run) => !isFinished(run));
const broken = new Set(unfinished.map(({ seed }) => seed));
const kept = runs.filter(({ seed }) => !broken.has(seed));
if (unfinished.length > 0)
  console.error(`${unfinished.length} runs have no results; left out: seed ${[...broken].join(", ")}`);
if (kept.length === 0) throw new Error("no seed is complete");

/** The top-1 classes of a result in the order of the pictures' numbers; checks the labels. */
function topClasses(run, { id, images }) {
  const path = join(resultFolder(run, id), "predictions.csv");
  const things = thingsOf(id);
  const classes = new Uint8Array(images).fill(255);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
  for (const line of lines) {
    const [image, label, top1] = line.split(",", 3);
    const number = Number(/\/s(\d{7})\.webp$/.exec(image)?.[1]);
    const picture = Math.floor(number / 160) * things.length + things.indexOf(number % 160);
    if (Number(label) !== things[picture % things.length]) throw new Error(`${path}: ${image} has label ${label}`);
    classes[picture] = Number(top1);
  }
  if (lines.length !== images || classes.includes(255)) throw new Error(`${path}: expected ${images} pictures`);
  return classes;
}

mkdirSync(join(out, "top1"), { recursive: true });
const benchmarks = {};
for (const definition of definitions) {
  const { id, images } = definition;
  const values = new Uint8Array(kept.length * images);
  for (const [row, run] of kept.entries()) values.set(topClasses(run, definition), row * images);
  const bytes = encodeTop1(values, kept.length, images);
  writeFileSync(join(out, "top1", `${id}.npy`), bytes);
  benchmarks[id] = {
    file: `top1/${id}.npy`,
    pictures: images,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
}
const about = { classes: 160, benchmarks, checkpoints: kept.map(({ checkpoint }) => checkpoint) };
writeFileSync(join(out, "top1.json"), `${JSON.stringify(about, null, 2)}\n`);

const names = new Set(about.checkpoints);
const [header, ...rows] = readFileSync(join(work, "results", "accuracies.csv"), "utf8")
  .trimEnd()
  .split("\n");
const top1 = rows.filter((row) => names.has(row.split(",", 1)[0]) && row.split(",", 6)[5] === "top1");
writeFileSync(join(out, "accuracies.csv"), `${[header, ...top1].join("\n")}\n`);

const training = kept.flatMap(({ checkpoint }) =>
  readTable(join(work, "logs", `${checkpoint}.csv`)).map(({ step, loss, logit_scale }) =>
    [checkpoint, step, loss, logit_scale].join(),
  ),
);
writeFileSync(join(out, "training.csv"), `${["checkpoint,step,loss,logit_scale", ...training].join("\n")}\n`);
console.log(`${kept.length} checkpoints, ${definitions.length} benchmarks`);
