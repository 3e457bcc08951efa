// npm run docs: builds the documentation site in site/dist from the repository's Markdown and the docstrings of src/index.ts.
// npm run docs -- serve [--port N]: builds it, then serves it on this machine alone. SITE_BASE=/path/ builds it for a folder of a host.
import { parseArgs } from "node:util";
import { runBin, setUp } from "./set-up.mjs";
import { setUpSite } from "./set-up-site.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { port: { type: "string", default: "4174" } },
});
const base = process.env.SITE_BASE ?? "/";
if (positionals.some((word) => word !== "serve") || !/^\d+$/.test(values.port) || !/^\/(.*\/)?$/.test(base)) {
  console.error("shiftline: expected npm run docs [-- serve [--port N]], and SITE_BASE with slashes at both ends");
  process.exit(2);
}

setUp();
setUpSite();
const status = runBin("tsx/dist/cli.mjs", ["scripts/build-docs.ts"]);
if (status !== 0) process.exit(status);
console.log("built site/dist");
if (positionals.length > 0) process.exitCode = runBin("tsx/dist/cli.mjs", ["scripts/serve-docs.ts", values.port]);
