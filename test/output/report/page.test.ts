import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import { makeNote } from "../../../src/foundation/notes.ts";
import { escapeHtml, formatPage } from "../../../src/output/report/page.ts";
import type { ReportData } from "../../../src/output/report/report-data.ts";
import { parsePage } from "./read-page.ts";

const DATA: ReportData = {
  schema: 1,
  title: "</script><script>alert(1)</script>",
  version: "0.0.0",
  checkpoints: ["</script>"],
  results: [],
  focus: { subject: ["</script>"], by: "all" },
  benchmarks: [],
  axes: IMAGENET_AXES,
  baselines: [],
  scale: "logit",
  groupings: [],
  numbers: [],
  x: null,
  join: null,
  runs: [],
  groupBy: null,
  notes: [],
  warnings: [],
  figures: [],
  reloadSeconds: null,
  progress: [],
};
const DETAILS = { sets: [], runs: [], notes: [makeNote("</script>")] };
const MISTAKES = { sets: [], pictures: ["</script><b>"] };

describe("formatPage", () => {
  it("holds the data deflated, and gives them back", async () => {
    const html = await formatPage({ data: DATA, details: DETAILS, mistakes: MISTAKES, still: "" });
    expect(parsePage(html)).toEqual({ data: DATA, details: DETAILS, mistakes: MISTAKES });
  });

  it("has one program, the one its policy names, and asks for nothing from outside", async () => {
    const html = await formatPage({ data: DATA, details: DETAILS, mistakes: MISTAKES, still: "" });
    expect(html.match(/<script/g)).toHaveLength(4); // three of data, one program
    expect(html).not.toContain("<script>alert(1)");
    expect(html).toMatch(/default-src 'none'; script-src 'sha256-[\w+/=]+'/);
    expect(html).not.toMatch(/(?:src|href)="?https?:/);
  });

  it("is the same bytes for the same content", async () => {
    const page = { data: DATA, details: DETAILS, mistakes: MISTAKES, still: "<p>x</p>" };
    expect(await formatPage(page)).toBe(await formatPage(page));
  });
});

describe("escapeHtml", () => {
  it("leaves nothing that HTML reads as markup", () => {
    fc.assert(fc.property(fc.string(), (text) => !/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/.test(escapeHtml(text))));
    expect(escapeHtml(`<a href="x">'&`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  });
});
