import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./set-up.mjs";

/**
 * Bundles the program of the report's page from src/output/report/page into dist/page/app.js and app.css, which every report
 * contains.
 */
export async function buildPage() {
  await build({
    entryPoints: [join(root, "src", "output", "report", "page", "app.tsx")],
    outdir: join(root, "dist", "page"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    platform: "browser",
    jsx: "automatic",
    jsxImportSource: "preact",
    // its other entry is for Node's streams
    alias: { "csv-stringify/sync": "csv-stringify/browser/esm/sync" },
    legalComments: "inline",
    logLevel: "warning",
  });
}
