// npm run figures: sets up the checkout, then draws the figures in docs/figures from the baselines that ship with it, and the architecture from src/.
import { runBin, setUp } from "./set-up.mjs";

setUp();
process.exitCode =
  runBin("tsx/dist/cli.mjs", ["scripts/published-figures.ts"]) ||
  runBin("tsx/dist/cli.mjs", ["scripts/architecture-figure.ts"]);
