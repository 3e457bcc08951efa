import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  columnsOf,
  listHeight,
  scrollToTile,
  tileOfKey,
  tileWindow,
} from "../../../../src/output/report/page/tile-window.ts";

const layouts = fc.record({
  count: fc.integer({ min: 1, max: 60_000 }),
  columns: fc.integer({ min: 1, max: 12 }),
  lineHeight: fc.integer({ min: 20, max: 300 }),
});
const heights = fc.integer({ min: 50, max: 2000 });

describe("tileWindow", () => {
  it("contains every visible tile, and few others, at any scroll position", () => {
    fc.assert(
      fc.property(layouts, heights, fc.double({ min: 0, max: 1, noNaN: true }), (layout, height, share) => {
        const whole = listHeight(layout);
        const scrollTop = share * Math.max(0, whole - height);
        const { from, to } = tileWindow(layout, scrollTop, height);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(layout.count);
        const topOf = (tile: number) => Math.floor(tile / layout.columns) * layout.lineHeight;
        // the tiles just outside are not visible
        if (from > 0) expect(topOf(from - 1) + layout.lineHeight).toBeLessThanOrEqual(scrollTop);
        if (to < layout.count) expect(topOf(to)).toBeGreaterThanOrEqual(scrollTop + height);
        expect(to - from).toBeLessThanOrEqual((Math.ceil(height / layout.lineHeight) + 8) * layout.columns);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("is not empty where the list became shorter than it is scrolled", () => {
    expect(tileWindow({ count: 10, columns: 2, lineHeight: 100 }, 1e6, 400)).toEqual({ from: 0, to: 10 });
  });
});

describe("scrollToTile", () => {
  it("makes the tile visible, and moves nothing where it is", () => {
    fc.assert(
      fc.property(
        layouts,
        fc.integer({ min: 300, max: 2000 }),
        fc.nat(),
        fc.nat(1e6),
        (layout, height, any, scrollTop) => {
          const tile = any % layout.count;
          const next = scrollToTile(layout, tile, scrollTop, height);
          const top = Math.floor(tile / layout.columns) * layout.lineHeight;
          expect(top).toBeGreaterThanOrEqual(next);
          expect(top + layout.lineHeight).toBeLessThanOrEqual(next + height);
          expect(scrollToTile(layout, tile, next, height)).toBe(next);
        },
      ),
      { seed: 2 },
    );
  });
});

describe("tileOfKey", () => {
  it("stays in the list, and comes back the way it went", () => {
    const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
    fc.assert(
      fc.property(layouts, fc.nat(), fc.constantFrom(...keys), (layout, any, key) => {
        const tile = any % layout.count;
        const next = tileOfKey(key, tile, layout, 3) as number;
        expect(next).toBeGreaterThanOrEqual(0);
        expect(next).toBeLessThan(layout.count);
        if (key === "ArrowDown" && tile + layout.columns < layout.count) {
          expect(tileOfKey("ArrowUp", next, layout, 3)).toBe(tile);
        }
      }),
      { seed: 3 },
    );
    expect(tileOfKey("x", 1, { count: 9, columns: 3, lineHeight: 10 }, 2)).toBeNull();
  });
});

describe("columnsOf", () => {
  it("is what fits, at least one", () => {
    expect([0, 100, 236, 481, 482, 1200].map((width) => columnsOf(width, 236, 10))).toEqual([1, 1, 1, 1, 2, 4]);
  });
});
