import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { writePublishedFigures } from "../../../scripts/published-figures.ts";
import { figureText } from "../../../src/output/figures/figure-text.ts";
import { buildPanels, type ScatterPanel } from "../../../src/output/figures/scatter-panel.ts";
import { figureNames, writeFigures } from "../../../src/output/figures/write-figures.ts";
import { temporaryFolder } from "../../helpers.ts";
import { panelsOfNames, zooPanel, zooStudy } from "./samples.ts";

const root = join(import.meta.dirname, "../../..");

function unescapeXml(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', amp: "&" };
  return text.replace(/&(\w+);/g, (_, name: string) => characters[name] ?? "?");
}

describe("figures on disk", () => {
  it("are each panel at one column's width and all at two columns', SVG and PNG at 300 dpi", async () => {
    const folder = temporaryFolder();
    const panels = buildPanels(await zooStudy(), { benchmarks: ["imagenet-a", "average"] });
    expect(await writeFigures(folder, panels)).toEqual(
      ["imagenet-a", "average", "all-shifts"].flatMap((name) => [`${name}.svg`, `${name}.png`]),
    );
    for (const [name, width] of [
      ["imagenet-a", 975],
      ["all-shifts", 2025],
    ] as const) {
      const png = await sharp(join(folder, `${name}.png`)).metadata();
      expect([png.width, png.density]).toEqual([width, 300]);
      const svg = readFileSync(join(folder, `${name}.svg`), "utf8");
      expect(svg).toMatch(new RegExp(`^<svg [^>]*width="${width / 300}in"`));
      expect(svg).not.toMatch(/NaN|undefined/);
    }
  });

  it("have names of their own, that stay in the folder", async () => {
    const panel = await zooPanel("imagenet-a");
    const named = (benchmark: string, idSide = "imagenet") => ({ ...panel, benchmark, idSide });
    const panels = [named("../a b"), named("x"), named("X"), named("x", "imagenet@x"), named("all-shifts"), named("")];
    expect(figureNames(panels)).toEqual(["__a_b", "x", "X-2", "x-same-classes", "all-shifts-2", "_"]);
  });

  it.each(["a<b", "a&b", 'q"q', "c]]>", "<script>", "&amp;", "\u0001\ufffe"])(
    "are XML with any characters in a name: %s",
    async (name) => {
      const folder = temporaryFolder();
      const panel = { ...(await zooPanel("imagenet-a")), benchmark: name, title: name, yLabel: `${name} (%)` };
      const written = await writeFigures(folder, [panel]);
      expect(written).toHaveLength(4);
      for (const file of written.filter((name) => name.endsWith(".svg"))) {
        const svg = readFileSync(join(folder, file), "utf8");
        for (const found of [/aria-label="([^"]*)"/, /<title>([^<]*)<\/title>/]) {
          expect(unescapeXml(found.exec(svg)?.[1] ?? "")).toContain(figureText(name));
        }
        // sharp's reader of SVG is a strict one: it refuses a bare "&" or "<"
        await expect(sharp(join(folder, file)).metadata()).resolves.toMatchObject({ format: "svg" });
      }
    },
  );

  it("have the same text in PNG on a machine that has no fonts", async () => {
    const folder = temporaryFolder();
    const [panel] = await panelsOfNames(["ViT-B-32/laion"]);
    writeFileSync(join(folder, "panel.json"), JSON.stringify(panel));
    writeFileSync(join(folder, "empty.conf"), `<?xml version="1.0"?><fontconfig></fontconfig>`);
    const script = `import { readFileSync } from "node:fs";
      import { writeFigures } from ${JSON.stringify(join(root, "src/output/figures/write-figures.ts"))};
      const panel = JSON.parse(readFileSync(process.argv[3] + "/panel.json", "utf8"));
      await writeFigures(process.argv[2], [panel], { formats: ["png"], names: [panel.benchmark] });`;
    writeFileSync(join(folder, "draw.mts"), script);
    const drawn = ["with", "without"].map((fonts) => {
      const out = join(folder, fonts);
      const env = { ...process.env, ...(fonts === "with" ? {} : { FONTCONFIG_FILE: join(folder, "empty.conf") }) };
      const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
      execFileSync(process.execPath, [tsx, join(folder, "draw.mts"), out, folder], { cwd: root, env });
      return readFileSync(join(out, "imagenet-r.png"));
    });
    expect(drawn[0]?.equals(drawn[1] as Buffer)).toBe(true);

    // The title's letters: dark pixels left above the frame, where there is nothing else
    const { data } = await sharp(drawn[1])
      .extract({ left: 120, top: 10, width: 300, height: 50 })
      .grayscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(data.filter((value) => value < 100).length).toBeGreaterThan(1500);
  });
});

describe("names of figures", () => {
  it("state which x axis a panel is on if it is not the first panel's", () => {
    const sides = ["imagenet", "imagenet@imagenet-r", "imagenet-v2", "imagenet-v2@imagenet-r", "imagenet-v2"];
    const panels = sides.map((idSide) => ({ benchmark: "imagenet-r", idSide }) as ScatterPanel);
    expect(figureNames(panels)).toEqual([
      "imagenet-r",
      "imagenet-r-same-classes",
      "imagenet-r-on-imagenet-v2",
      "imagenet-r-on-imagenet-v2-same-classes",
      "imagenet-r-on-imagenet-v2-2",
    ]);
  });
});

describe("the committed figures", () => {
  it("are what `npm run figures` makes, each below 350 kB", async () => {
    const folder = temporaryFolder();
    const paths = await writePublishedFigures(folder, ["svg"]);
    expect(paths.length).toBe(4);
    for (const path of paths) {
      const committed = join(root, "docs/figures", path);
      expect(readFileSync(join(folder, path), "utf8"), path).toBe(readFileSync(committed, "utf8"));
      for (const file of [committed, committed.replace(/svg$/, "png")]) {
        expect(statSync(file).size, file).toBeLessThan(350_000);
      }
    }
  });
});
