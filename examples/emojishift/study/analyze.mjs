// The full study's analysis, as its plan has it: node analyze.mjs [--out FOLDER] [--data FOLDER]       after npm run build
// Reads plan.json, checkpoints.csv, top1.json with top1/*.npy, and training.csv; writes tables into FOLDER, results/ beside this file unless told.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { analyzeStudy } from "./analysis.mjs";
import { drawFigures } from "./figures.mjs";
import { studyPoints } from "./points.mjs";
import { readPlan, readRuns, readTable, readTop1, STUDY } from "./read-study.mjs";
import { tablesOf } from "./tables.mjs";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(STUDY, "results") },
    data: { type: "string", default: STUDY },
  },
});
const plan = readPlan();
const top1 = readTop1(values.data);
const study = studyPoints(plan, readRuns(), top1, readTable(join(values.data, "training.csv")));
const analysis = analyzeStudy(plan, study);
const files = {
  ...tablesOf(plan, study, analysis),
  ...(await drawFigures(plan, join(STUDY, "study.json"), study, analysis)),
};
mkdirSync(values.out, { recursive: true });
for (const [name, text] of Object.entries(files)) writeFileSync(join(values.out, name), text);
console.log(`${top1.checkpoints.length} checkpoints; ${Object.keys(files).join(", ")}`);
