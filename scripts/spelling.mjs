// npm run spelling: checks the spelling of documentation, comments and texts in code, in American English, by site/cspell.json.
import { join } from "node:path";
import { run } from "./set-up.mjs";
import { setUpSite, site } from "./set-up-site.mjs";

setUpSite();
process.exitCode = run(process.execPath, [
  join(site, "node_modules", "cspell", "bin.mjs"),
  "lint",
  "--config",
  join(site, "cspell.json"),
  "--no-progress",
  "--show-suggestions",
]);
