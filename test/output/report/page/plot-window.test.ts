import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scaleFunctions } from "../../../../src/analysis/lines/fit-scale.ts";
import type { ScatterPanel } from "../../../../src/output/figures/scatter-panel.ts";
import {
  formatWindow,
  panelInWindow,
  panWindow,
  parseWindow,
  type Window,
  wholeWindow,
  zoomWindow,
} from "../../../../src/output/report/page/plot-window.ts";
import { formatOrder, parseOrder } from "../../../../src/output/report/page/table-order.ts";

const { forward, inverse } = scaleFunctions("logit");
const LINE = (x: number) => inverse(0.9 * forward(x) - 0.5);
const SAMPLES = Array.from({ length: 40 }, (_, i) => inverse(-2 + (4 * i) / 39)).map((x) => ({
  ...{ x, y: LINE(x), extrapolated: false },
  ...{
    bandLow: LINE(x) - 0.01,
    bandHigh: LINE(x) + 0.01,
    predictionLow: LINE(x) - 0.03,
    predictionHigh: LINE(x) + 0.03,
  },
}));
const PANEL = {
  scale: "logit",
  xColumn: null,
  xDomain: [inverse(-2), inverse(2)],
  yDomain: [inverse(-3), inverse(2)],
  baseline: [],
  checkpoints: [-1.5, 0, 1.5].map((x) => ({ name: `at ${x}`, x: inverse(x), y: LINE(inverse(x)) })),
  lines: [{ scale: "logit", samples: SAMPLES }],
} as unknown as ScatterPanel;

const unit = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const step = fc.oneof(
  fc.record({ zoom: fc.double({ min: 0.2, max: 5, noNaN: true }), x: unit, y: unit }),
  fc.record({ byX: fc.double({ min: -2, max: 2, noNaN: true }), byY: fc.double({ min: -2, max: 2, noNaN: true }) }),
);

function walk(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]): Window {
  return steps.reduce<Window>((window, step) => {
    if ("byX" in step) return panWindow(PANEL, window, step.byX, step.byY);
    const at = (domain: Window["x"], share: number) => domain[0] + share * (domain[1] - domain[0]);
    return zoomWindow(PANEL, window, step.zoom, { x: at(window.x, step.x), y: at(window.y, step.y) });
  }, wholeWindow(PANEL));
}

describe("the plot's window", () => {
  it("stays in the panel, is never empty, and survives the address, for any move", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { x, y } = walk(steps);
        for (const [part, whole] of [
          [x, PANEL.xDomain],
          [y, PANEL.yDomain],
        ] as const) {
          expect(part[0]).toBeGreaterThanOrEqual(whole[0] - 1e-12);
          expect(part[1]).toBeLessThanOrEqual(whole[1] + 1e-12);
          expect(forward(part[1]) - forward(part[0])).toBeGreaterThan(0.09);
        }
        const again = parseWindow(formatWindow({ x, y }), PANEL) as Window;
        [...again.x, ...again.y].forEach((end, i) => {
          expect(end).closeTo([...x, ...y][i] as number, 1e-3);
        });
      }),
      { seed: 20, numRuns: 200 },
    );
  });

  it("shows the points inside, and the line where it is", () => {
    const window = { x: [0.4, 0.62], y: [0.2, 0.6] } as const;
    const { checkpoints, lines, xDomain } = panelInWindow(PANEL, window);
    expect(checkpoints.map(({ name }) => name)).toEqual(["at 0"]);
    expect(xDomain).toEqual(window.x);
    const samples = lines[0]?.samples ?? [];
    expect([samples[0]?.x, samples.at(-1)?.x]).toEqual([0.4, 0.62]);
    for (const { x, y } of samples) expect(y).closeTo(LINE(x), 1e-12);
  });

  it("ignores an address with an invalid window or one outside the panel", () => {
    for (const text of ["", "1_2", "a_b_c_d", "60_40_20_30", "99_99.5_20_30"]) {
      expect(parseWindow(text, PANEL)).toBeUndefined();
    }
  });
});

describe("the order of tables in the address", () => {
  it("is restored for any column name, next to the orders of other tables", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), fc.boolean(), (column, otherSort, descending) => {
        const sort = formatOrder(formatOrder("", "b", { column: otherSort, descending: !descending }), "a:,", {
          column,
          descending,
        });
        expect(parseOrder(sort, "a:,")).toEqual({ column, descending });
        expect(parseOrder(sort, "b")).toEqual({ column: otherSort, descending: !descending });
        expect(parseOrder(sort, "c")).toBeUndefined();
      }),
      { seed: 20, numRuns: 200 },
    );
  });
});
