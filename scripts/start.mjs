// npm start: sets the checkout up, then runs EmojiShift, the study that ships with it: evaluates every checkpoint on every style, fits a
// line for each pre-training source and one over all, and writes the report with its figures. Nothing of it is read from the committed results.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root, run, setUp } from "./set-up.mjs";

setUp();
const study = join("examples", "emojishift");
const out = join("results", "emojishift");
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
step("fit a line for each pre-training source, and one over all", ["fit", out, ...about, "--out", out]);
step("write the report and its figures", ["report", out, ...about]);

/** Runs a command of shiftline, and ends here if it fails. */
function step(title, args, stdio = "inherit") {
  process.stderr.write(`\n# ${title}\n`);
  const status = run(process.execPath, [join(root, "dist", "cli.js"), ...args], { stdio });
  if (status !== 0) process.exit(status);
}
