// npm run screenshots [-- FOLDER [PATTERN]]: sets up the checkout, then takes screenshots of reports at four sizes, light, dark
// and printed.
import { runBin, setUp } from "./set-up.mjs";

setUp();
process.exitCode = runBin("tsx/dist/cli.mjs", ["scripts/report-screenshots.ts", ...process.argv.slice(2)]);
