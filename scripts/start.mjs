// npm start [-- FOLDER]: sets up the checkout, then runs EmojiShift, the study that ships with it: evaluates every checkpoint on
// every style, fits a line for each pre-training source and one for all, writes the report with its figures, and compares the
// predictions with the committed ones, which are not read before.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { root, run, setUp } from "./set-up.mjs";

setUp();
const study = join("examples", "emojishift");
const committed = join("results", "emojishift");
/** Not the committed folder, so that a clone is not modified. */
const out = process.argv[2] ?? join("results", "start");
const below = (folder) => readdirSync(join(root, study, folder)).sort();
const names = below("checkpoints");
const checkpoints = names.map((name) => join(study, "checkpoints", name));
const about = [
  "--study",
  join(study, "study.json"),
  "--metadata",
  join(study, "checkpoints.csv"),
  "--group-by",
  "source",
];

const evaluation = [
  "evaluate",
  ...checkpoints,
  "--data",
  join(study, "data"),
  "--study",
  join(study, "study.json"),
  "--out",
  out,
];
step(`evaluate ${names.length} checkpoints on nine styles of emoji`, evaluation, ["inherit", "ignore", "inherit"]);
step("fit a line for each pre-training source, and one for all", ["fit", out, ...about, "--out", out]);
step("write the report and its figures", ["report", out, ...about]);
if (resolve(root, out) !== resolve(root, committed)) compareWithCommitted();

/** Runs a shiftline command, and exits if it fails. */
function step(title, args, stdio = "inherit") {
  process.stderr.write(`\n# ${title}\n`);
  const status = run(process.execPath, [join(root, "dist", "cli.js"), ...args], { stdio });
  if (status !== 0) process.exit(status);
}

/** Prints how many predictions equal the committed ones; another processor may round a few scores differently. */
function compareWithCommitted() {
  const files = readdirSync(join(root, committed), { recursive: true, encoding: "utf8" });
  const results = files.filter((path) => path.endsWith(`${sep}predictions.csv`));
  let same = 0;
  let images = 0;
  for (const path of results) {
    const [expected, found] = [committed, out].map((folder) => topClasses(resolve(root, folder, path)));
    images += expected.length;
    same += expected.filter((row, i) => row === found[i]).length;
  }
  const text = `${same} of ${images} predictions (${results.length} results) equal those committed in ${committed}`;
  process.stderr.write(`\n# ${text}\n`);
}

/** Image, label and predicted class of each row of a `predictions.csv`; no rows if the file does not exist. */
function topClasses(path) {
  if (!existsSync(path)) return [];
  const rows = readFileSync(path, "utf8").trimEnd().split("\n").slice(1);
  return rows.map((row) => row.split(",", 3).join());
}
