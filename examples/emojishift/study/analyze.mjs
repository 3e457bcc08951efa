// The full study's analysis according to its plan: node analyze.mjs [--out FOLDER] [--data FOLDER] [--readme]       after npm run build
// Reads plan.json, checkpoints.csv, top1.json with top1/*.npy, and training.csv; writes tables and figures into FOLDER, by default results/ next to this file.
// --readme also puts the tables into ../README.md, between their markers.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readStudy } from "../../../dist/analysis/robustness/read-study.js";
import { analyzeStudy } from "./analysis.mjs";
import { drawFigures } from "./figures.mjs";
import { fragmentsOf, refresh } from "./markdown.mjs";
import { studyPoints } from "./points.mjs";
import { readPlan, readRuns, readTable, readTop1, STUDY } from "./read-study.mjs";
import { tablesOf } from "./tables.mjs";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(STUDY, "results") },
    data: { type: "string", default: STUDY },
    readme: { type: "boolean", default: false },
  },
});
const plan = readPlan();
const top1 = readTop1(values.data);
const study = studyPoints(plan, readRuns(), top1, readTable(join(values.data, "training.csv")));
const analysis = analyzeStudy(plan, study, top1);
const { axes } = await readStudy(join(STUDY, "study.json"));
const fragments = fragmentsOf(plan, axes.titles, study, analysis);
const files = {
  ...tablesOf(plan, study, analysis),
  "tables.md": `${Object.entries(fragments)
    .map(([name, text]) => `## ${name}\n\n${text}`)
    .join("\n\n")}\n`,
  ...(await drawFigures(plan, join(STUDY, "study.json"), study, analysis)),
};
mkdirSync(values.out, { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(values.out, name), text);
if (values.readme) {
  const readme = join(STUDY, "..", "README.md");
  writeFileSync(readme, refresh(readFileSync(readme, "utf8"), fragments));
}
console.log(`${top1.checkpoints.length} checkpoints; ${Object.keys(files).join(", ")}`);
