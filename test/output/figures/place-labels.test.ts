import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, crosses, intersects, placeLabels } from "../../../src/output/figures/place-labels.ts";

const frame: Box = { left: 0, top: 0, right: 300, bottom: 200 };
const box = (x: number, y: number, r: number): Box => ({ left: x - r, top: y - r, right: x + r, bottom: y + r });
const request = fc.record({
  x: fc.integer({ min: 0, max: 300 }),
  y: fc.integer({ min: 0, max: 200 }),
  clearance: fc.constant(5),
  width: fc.integer({ min: 5, max: 120 }),
  height: fc.constant(9),
});

describe("labels", () => {
  it("never overlap each other, a marker or another's leader, and never leave the frame", () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const markers = requests.map(({ x, y }) => box(x, y, 3));
        const placed = placeLabels(requests, { frame, markers, curves: [], bars: [] });
        expect(new Set(placed.map(({ index }) => index)).size).toBe(placed.length);
        for (const [i, label] of placed.entries()) {
          const { box: labelBox } = label;
          expect(labelBox.left >= 0 && labelBox.top >= 0 && labelBox.right <= 300 && labelBox.bottom <= 200).toBe(true);
          expect(markers.some((marker) => intersects(labelBox, marker))).toBe(false);
          for (const earlier of placed.slice(0, i)) {
            expect(intersects(labelBox, earlier.box)).toBe(false);
            if (earlier.leader !== null) expect(crosses(earlier.leader, labelBox)).toBe(false);
            if (label.leader !== null) expect(crosses(label.leader, earlier.box)).toBe(false);
          }
        }
      }),
    );
  });

  it("are next to a lone point without a leader, and on its left at the right edge", () => {
    const at = (x: number) => {
      const lone = { x, y: 100, clearance: 5, width: 60, height: 9 };
      return placeLabels([lone], { frame, markers: [box(x, 100, 3)], curves: [], bars: [] })[0];
    };
    expect(at(100)).toMatchObject({ leader: null, box: { left: 105, right: 165 } });
    expect(at(290)).toMatchObject({ leader: null, box: { left: 225, right: 285 } });
  });

  it("keep off a curve where another place is free", () => {
    const lone = { x: 100, y: 100, clearance: 5, width: 60, height: 9 };
    const curve = Array.from({ length: 20 }, (_, i) => ({
      left: 90 + 10 * i,
      top: 95,
      right: 100 + 10 * i,
      bottom: 105,
    }));
    const [label] = placeLabels([lone], { frame, markers: [], curves: curve, bars: [] });
    expect(label).toBeDefined();
    expect(curve.some((piece) => intersects(label?.box as Box, piece))).toBe(false);
  });
});
