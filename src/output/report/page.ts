import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { deflateSync } from "node:zlib";
import { packagePath } from "../../foundation/files/package-root.ts";
import type { ReportData, ReportDetails, ReportMistakes } from "./report-data.ts";

/** What a page is made of. */
export interface PageContent {
  readonly data: ReportData;
  readonly details: ReportDetails;
  readonly mistakes: ReportMistakes;
  /** HTML shown until the page's program has started, and where it may not run */
  readonly still: string;
}

/**
 * The report as one HTML file: it opens from disk, asks no host for anything (its policy forbids it), and runs no code
 * but the package's own. The data are in it deflated.
 */
export async function formatPage({ data, details, mistakes, still }: PageContent): Promise<string> {
  const script = (await readPart("app.js")).trim();
  const style = (await readPart("app.css")).trim();
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`,
    "style-src 'unsafe-inline'",
    "img-src data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Shiftline ${escapeHtml(data.version)}">
<title>${escapeHtml(data.title)}</title>
<style>${style}</style>
</head>
<body>
<div id="app">${still}</div>
<script type="text/plain" id="data">${pack(data)}</script>
<script type="text/plain" id="details">${pack(details)}</script>
<script type="application/json" id="mistakes">${JSON.stringify(mistakes).replace(/</g, "\\u003c")}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Text as it may stand in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };
  return text.replace(/[&<>"']/g, (c) => `&${names[c]};`);
}

function pack(value: unknown): string {
  return deflateSync(JSON.stringify(value), { level: 9 }).toString("base64");
}

/** A part of the page's program, as `npm run build` bundles it. */
async function readPart(name: string): Promise<string> {
  return await readFile(packagePath("dist", "page", name), "utf8");
}
