// npm run build: compiles src/ to dist/, bundles the report's page, and makes the command executable, because tsc does not.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "./build-page.mjs";
import { root, runBin } from "./set-up.mjs";

const status = runBin("typescript/bin/tsc", ["-p", "tsconfig.build.json"]);
if (status !== 0) process.exit(status);
await buildPage();
chmodSync(join(root, "dist", "cli.js"), 0o755);
