import { describe, expect, it } from "vitest";
import { plotGrid } from "../../../src/output/figures/compose-figure.ts";
import { PRINT } from "../../../src/output/figures/figure-theme.ts";
import { intersects } from "../../../src/output/figures/place-labels.ts";
import { type PanelFigure, plotPanel } from "../../../src/output/figures/plot-panel.ts";
import { toSvgText } from "../../../src/output/figures/render-figure.ts";
import type { ScatterPanel } from "../../../src/output/figures/scatter-panel.ts";
import { HOSTILE_NAMES, newDocument, only, panelsOfNames, testbedPanels, translateOf, zooPanel } from "./samples.ts";

const draw = (panel: ScatterPanel): PanelFigure => plotPanel(panel, { document: newDocument(), width: 312 });
const all = (figure: PanelFigure, selector: string) => [...figure.svg.querySelectorAll(selector)];

/** Points of a path of straight lines. */
function vertices(path: Element): [number, number][] {
  const numbers = (path.getAttribute("d") ?? "").match(/-?[\d.]+(?:e-?\d+)?/g)?.map(Number) ?? [];
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]] as [number, number]);
}

describe("a panel's figure", () => {
  it("has every checkpoint at the pixel of its accuracy", async () => {
    const panel = await zooPanel("imagenet-a");
    const figure = draw(panel);
    const dots = { nonMembers: "g.checkpoints:not(.in-baseline) circle", members: "g.in-baseline circle" };
    for (const [kind, selector] of Object.entries(dots)) {
      const expected = panel.checkpoints.filter(({ inBaseline }) => inBaseline === (kind === "members"));
      const found = all(figure, selector);
      expect(found.length).toBe(expected.length);
      found.forEach((circle, i) => {
        const point = expected[i] as (typeof expected)[number];
        // Plot's marks are at half pixels on some screens; outside one they are exact but for its decimals
        expect(figure.x.toValue(Number(circle.getAttribute("cx")))).closeTo(point.x, 1e-9);
        expect(figure.y.toValue(Number(circle.getAttribute("cy")))).closeTo(point.y, 1e-9);
        expect(circle.querySelector("title")?.textContent).toContain(point.name);
      });
    }
  });

  it("has line and bands where the panel's samples say, the extrapolated stretches in marks of their own", async () => {
    const panel = await zooPanel("imagenet-v2");
    const figure = draw(panel);
    const line = only(panel.lines);
    const inside = line.samples.filter(({ x }) => x >= line.idMin && x <= line.idMax);
    const drawn = vertices(only(all(figure, "g.line:not(.extrapolated) path")));
    expect(drawn.length).toBe(inside.length);
    const area = vertices(only(all(figure, "g.prediction-band:not(.extrapolated) path")));
    const confidence = vertices(only(all(figure, "g.confidence-band:not(.extrapolated) path")));
    inside.forEach((sample, i) => {
      const at = (points: [number, number][], k: number) => figure.y.toValue((points[k] as [number, number])[1]);
      expect(figure.x.toValue((drawn[i] as [number, number])[0])).closeTo(sample.x, 1e-4);
      expect(at(drawn, i)).closeTo(sample.y, 1e-4); // Plot rounds paths to thousandths of a pixel
      expect(at(area, i)).closeTo(sample.predictionHigh, 1e-4);
      expect(at(area, area.length - 1 - i)).closeTo(sample.predictionLow, 1e-4);
      expect(at(confidence, i)).closeTo(sample.bandHigh, 1e-4);
    });
    expect(all(figure, "g.line.extrapolated").length).toBe(2);
    expect(only(all(figure, "g.equality path"))).toBeDefined();
  });

  it("has error bars as long as the intervals, where the marker does not hide them", async () => {
    const [panel] = (await panelsOfNames(["one"])) as [ScatterPanel];
    const figure = draw(panel);
    const [checkpoint] = panel.checkpoints;
    const x = only(all(figure, "g.interval-x line"));
    const y = only(all(figure, "g.interval-y line"));
    expect(figure.x.toValue(Number(x.getAttribute("x1")))).closeTo(checkpoint?.xLow as number, 1e-9);
    expect(figure.x.toValue(Number(x.getAttribute("x2")))).closeTo(checkpoint?.xHigh as number, 1e-9);
    expect(figure.y.toValue(Number(y.getAttribute("y1")))).closeTo(checkpoint?.yLow as number, 1e-9);
    expect(figure.y.toValue(Number(y.getAttribute("y2")))).closeTo(checkpoint?.yHigh as number, 1e-9);
  });

  it("states next to the marks how many of the expected images were evaluated", async () => {
    const [panel] = (await panelsOfNames(["one", "two"])) as [ScatterPanel];
    const note = "2 checkpoints not on all images: from 1000 of 30000";
    expect(draw(panel).svg.querySelector(".legend")?.textContent).toContain(note);
    expect(draw(await zooPanel("imagenet-a")).svg.textContent).not.toContain("not on all images");
  });

  it("has its ticks at the percentages that they name", async () => {
    const figure = draw(await zooPanel("imagenet-a"));
    for (const [axis, place] of [
      ["x", 0],
      ["y", 1],
    ] as const) {
      const texts = all(figure, `g[aria-label="${axis}-axis tick label"] text`);
      expect(texts.length).toBeGreaterThan(4);
      for (const text of texts) {
        const pixel = translateOf(text)[place];
        expect(figure[axis].toValue(pixel)).closeTo(Number(text.textContent) / 100, 1e-9);
      }
    }
  });

  it("has a separate marker and line for each group", async () => {
    const panels = await testbedPanels({ benchmarks: ["imagenet-r"], idSide: "all-classes" });
    const panel = only(panels);
    const figure = draw(panel);
    const looks = panel.groups.map((group, i) => {
      const mark = only(all(figure, `g.checkpoints.group-${i}`));
      const points = mark.querySelectorAll("path, circle");
      expect(points.length).toBe(panel.checkpoints.filter((checkpoint) => checkpoint.group === group).length);
      return [mark.getAttribute("fill"), points[0]?.tagName, points[0]?.getAttribute("d")];
    });
    expect(new Set(looks.map(([fill]) => fill)).size).toBe(6);
    expect(new Set(looks.map(([, tag, d]) => `${tag}${d}`)).size).toBe(6);
    expect(all(figure, "g.line:not(.extrapolated)").length).toBe(5);
    expect(figure.svg.querySelector(".legend")?.textContent).toContain("robustness-interventions");
  });

  it("has names that overlap nothing, and counts those without a place in its description", async () => {
    const panel = await zooPanel("imagenet-r");
    const figure = plotPanel(panel, { document: newDocument(), width: 312, labels: "all" });
    expect(figure.labels.length + figure.omittedLabels).toBe(96); // 105 drawn, nine of them the baseline
    expect(figure.omittedLabels).toBeGreaterThan(0);
    expect(figure.svg.querySelector("desc")?.textContent).toContain(
      `${figure.omittedLabels} names left out for lack of space`,
    );
    for (const [i, { box }] of figure.labels.entries()) {
      for (const earlier of figure.labels.slice(0, i)) expect(intersects(box, earlier.box)).toBe(false);
      for (const { x, y } of panel.checkpoints) {
        const [px, py] = [figure.x.toPixel(x), figure.y.toPixel(y)];
        expect(intersects(box, { left: px - 1, top: py - 1, right: px + 1, bottom: py + 1 })).toBe(false);
      }
    }
  });

  it("shows names as text, with any characters", async () => {
    const [panel] = (await panelsOfNames(HOSTILE_NAMES)) as [ScatterPanel];
    const figure = draw(panel);
    const text = toSvgText(figure.svg);
    expect(text).not.toContain("<script");
    expect(text).not.toContain("<b>");
    expect(text).toContain("&lt;script&gt;alert");
    expect(text).toContain("👩🏽‍🚀🔥 model");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202e\ufffe\uffff]/);
    const shown = all(figure, "g.label text").map((label) => label.textContent ?? "");
    expect(shown.some((text) => /^x+…x+$/.test(text))).toBe(true);
  });

  it("is drawn without checkpoints, without a line, and with one checkpoint at 0", async () => {
    const [panel] = (await panelsOfNames(["a"])) as [ScatterPanel];
    const lone = panel.checkpoints[0] as ScatterPanel["checkpoints"][number];
    expect(all(draw({ ...panel, checkpoints: [] }), "g.baseline circle").length).toBe(9);
    const bare = draw({ ...panel, lines: [], baseline: [] });
    expect(bare.description).toContain("no line");
    const atZero = draw({ ...panel, checkpoints: [{ ...lone, y: 0, yLow: 0 }] });
    expect(atZero.description).toContain("1 checkpoint outside the axes, drawn at the edge");
    expect(toSvgText(atZero.svg)).not.toMatch(/NaN|Infinity/);
  });

  it("is named and described for readers that do not see it", async () => {
    const { svg } = draw(await zooPanel("objectnet"));
    expect(svg.getAttribute("role")).toBe("img");
    expect(svg.firstElementChild?.tagName.toLowerCase()).toBe("title");
    expect(svg.querySelector("title")?.textContent).toBe(
      "ObjectNet: ObjectNet top-1 accuracy (%, logit scale) against ImageNet top-1 accuracy, all classes (%, logit scale)",
    );
    expect(svg.querySelector("desc")?.textContent).toMatch(/line of openai-clip: slope 1\.694, .*n = 9/);
  });

  it("comes out the same each time, without ids that would meet another figure's on a page", async () => {
    const panels = [await zooPanel("imagenet-r"), await zooPanel("imagenet-a")];
    const texts = [0, 1].map(() => toSvgText(plotGrid(panels, { document: newDocument(), width: 648, theme: PRINT })));
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toMatch(/ id="|url\(/);
    expect(texts[0]).toMatch(/width="6\.75in"/);
    expect(texts[0]?.match(/class="legend"/g)?.length).toBe(1);
  });
});
