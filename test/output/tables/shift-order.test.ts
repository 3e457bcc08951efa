import { describe, expect, it } from "vitest";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import { inShiftOrder, shiftOrder } from "../../../src/output/tables/shift-order.ts";

const ORDER = ["imagenet", ...IMAGENET_AXES.shifts, "average", "mean-of-shifts", "birds", "imagenet-v2-top"];

describe("shiftOrder", () => {
  it("is in distribution, the study's shifts, what is computed of them, then others by name", () => {
    expect([...ORDER].sort().sort(shiftOrder())).toEqual(ORDER);
    expect([...ORDER].sort().sort(shiftOrder(IMAGENET_AXES))).toEqual(ORDER);
    const axes = { ...IMAGENET_AXES, shifts: ["objectnet", "imagenet-a"] };
    expect(["imagenet-a", "imagenet", "objectnet"].sort(shiftOrder(axes))).toEqual([
      "imagenet",
      "objectnet",
      "imagenet-a",
    ]);
  });
});

describe("inShiftOrder", () => {
  it("keeps groups in the order of their first rows, and rows of one benchmark in theirs", () => {
    const rows = ["b average 1", "a imagenet-a 2", "b imagenet-r 3", "a imagenet-v2 4", "b imagenet-r 5"].map(
      (text) => {
        const [checkpoint = "", benchmark = "", at] = text.split(" ");
        return { checkpoint, benchmark, at };
      },
    );
    const ordered = inShiftOrder(rows, ({ checkpoint }) => checkpoint);
    expect(ordered.map(({ at }) => at).join("")).toBe("35142");
    expect(rows[0]?.at).toBe("1");
  });
});
