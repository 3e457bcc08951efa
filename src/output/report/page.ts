import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { packagePath } from "../../foundation/files/package-root.ts";
import { packBytes, packJson } from "./page-blocks.ts";
import type { ReportData, ReportDetails, ReportImages, ReportPictures } from "./report-data.ts";

/** The content of a page. */
export interface PageContent {
  readonly data: ReportData;
  readonly details: ReportDetails;
  readonly images: ReportImages;
  readonly pictures: ReportPictures;
  /** packed blocks that `details` and `images` refer to by number */
  readonly blocks: readonly string[];
  /** HTML shown until the page's script has started, and if scripts are disabled */
  readonly still: string;
}

/**
 * Formats the report as one HTML file. It opens from disk, contacts no host (its content security policy forbids it),
 * and runs only code of this package. The data and the script are deflated.
 */
export async function formatPage(content: PageContent): Promise<string> {
  const { data, details, images, pictures, blocks, still } = content;
  const script = (await readPart("app.js")).trim();
  const style = (await readPart("app.css")).trim();
  const policy = [
    "default-src 'none'",
    `script-src ${[LOADER, script].map(hashSource).join(" ")}`,
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
<script type="text/plain" id="data">${packJson(data)}</script>
<script type="text/plain" id="details">${packJson(details)}</script>
<script type="text/plain" id="single-images">${packJson(images)}</script>
<script type="text/plain" id="blocks">${blocks.join("\n")}</script>
<script type="application/json" id="pictures">${JSON.stringify(pictures).replace(/</g, "\\u003c")}</script>
<script type="text/plain" id="program">${packBytes(Buffer.from(script))}</script>
<script>${LOADER}</script>
</body>
</html>
`;
}

/** Inflates and runs the script, or shows why it cannot. */
const LOADER = `(async () => {
const text = atob(document.getElementById("program").textContent);
const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
const script = document.createElement("script");
script.textContent = await new Response(stream).text();
document.body.append(script);
})().catch((error) => {
const note = document.createElement("p");
note.className = "lead caution";
note.textContent = "This page could not start its program (" + error + "). It needs a browser from 2023 or later; the content below is static.";
document.getElementById("app").prepend(note);
});`;

/** Escapes text for HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" };
  return text.replace(/[&<>"']/g, (c) => `&${names[c]};`);
}

/** Computes the hash that identifies a script in the policy. */
function hashSource(script: string): string {
  return `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
}

/** Reads a part of the page that `npm run build` has bundled. */
async function readPart(name: string): Promise<string> {
  return await readFile(packagePath("dist", "page", name), "utf8");
}
