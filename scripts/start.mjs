// npm start: sets the checkout up, then evaluates the committed fixture checkpoint on the committed images.
import { join } from "node:path";
import { root, run, setUp } from "./set-up.mjs";

setUp();
const fixtures = join("test", "fixtures");
process.exitCode = run(process.execPath, [
  join(root, "dist", "cli.js"),
  "evaluate",
  join(fixtures, "checkpoints", "vit-open-clip"),
  "--data-dir",
  `imagenet=${join(fixtures, "demo", "imagenet", "val")}`,
  "--allow-incomplete",
  "--out",
  join("results", "demo"),
]);
