import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import { makeNote } from "../../../src/foundation/notes.ts";
import { escapeHtml, formatPage } from "../../../src/output/report/page.ts";
import { packBytes } from "../../../src/output/report/page-blocks.ts";
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
  findings: null,
  notes: [],
  warnings: [],
  figures: [],
  reloadSeconds: null,
  progress: [],
};
const DETAILS = { sets: [], runs: [], notes: [makeNote("</script>")] };
const bytes = Uint8Array.from([0, 1, 60, 255]);
const IMAGES = { checkpoints: [], cuts: ["</script>"], step: 1, isWhole: true, sets: [] };
const PICTURES = { sets: [], uris: ["</script><b>"] };
const CONTENT = {
  data: DATA,
  details: DETAILS,
  images: IMAGES,
  pictures: PICTURES,
  blocks: [packBytes(bytes)],
  still: "",
};

describe("formatPage", () => {
  it("holds the data deflated, and gives them back", async () => {
    const html = await formatPage(CONTENT);
    const { still: _, ...held } = CONTENT;
    expect(parsePage(html)).toEqual({ ...held, blocks: [Buffer.from(bytes)] });
  });

  it("has one program, the one its policy names, and asks for nothing from outside", async () => {
    const html = await formatPage(CONTENT);
    expect(html.match(/<script/g)).toHaveLength(7); // six of data, one that runs: it starts the program, which is data
    expect(html).not.toContain("<script>alert(1)");
    expect(html).toMatch(/default-src 'none'; script-src 'sha256-[\w+/=]+' 'sha256-[\w+/=]+';/);
    expect(html).not.toMatch(/(?:src|href)="?https?:/);
  });

  it("is the same bytes for the same content", async () => {
    const page = { ...CONTENT, still: "<p>x</p>" };
    expect(await formatPage(page)).toBe(await formatPage(page));
  });
});

describe("escapeHtml", () => {
  it("leaves nothing that HTML reads as markup", () => {
    fc.assert(fc.property(fc.string(), (text) => !/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/.test(escapeHtml(text))));
    expect(escapeHtml(`<a href="x">'&`)).toBe("&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
  });
});
