// Evaluates the finished checkpoints of the full study on its twelve benchmarks:
//   node evaluate.mjs WORK       after npm run build, render.mjs WORK --study and train.py WORK --study; writes WORK/results
// Shiftline reads the weights directly. Checkpoints with results are skipped, so this can run during the training.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Checkpoints per command: the pictures are decoded once for all of them. */
const BATCH = 24;

const here = import.meta.dirname;
const study = join(here, "..", "study");
const cli = join(here, "..", "..", "..", "dist", "cli.js");
const work = process.argv[2];
if (work === undefined) throw new Error("expected WORK");
const results = join(work, "results");
const store = join(work, ".shiftline", "store");

/** The last result that `evaluate` writes for a checkpoint. */
const LAST = join("emoji-emojione-second", "160", "templates", "metrics.json");

const missing = readdirSync(join(work, "checkpoints"))
  .filter((name) => !name.startsWith(".") && !existsSync(join(results, name, LAST)))
  .sort();
for (let from = 0; from < missing.length; from += BATCH) {
  const names = missing.slice(from, from + BATCH);
  const args = [
    "evaluate",
    ...names.map((name) => join(work, "checkpoints", name)),
    "--data",
    join(work, "data"),
    "--study",
    join(study, "study.json"),
    "--out",
    results,
    "--store",
    store,
  ];
  const { status } = spawnSync(process.execPath, [cli, ...args], { stdio: ["inherit", "ignore", "inherit"] });
  if (status !== 0) process.exit(status ?? 1);
  rmSync(store, { recursive: true, force: true }); // embeddings that nothing reads again, 4 MB per checkpoint
}
console.log(`${missing.length} checkpoints evaluated`);
