import { describe, expect, it } from "vitest";
import {
  chooseFocus,
  contextOf,
  type FocusInput,
  hasContext,
  subjectFirst,
} from "../../../src/analysis/robustness/focus.ts";

const MINE: FocusInput = { origin: "results", checkpoints: ["mine", "mine-2"] };
const TABLE: FocusInput = { origin: "table", checkpoints: ["table"] };
const ZOO: FocusInput = { origin: "published", checkpoints: ["zoo-1", "zoo-2"] };

describe("chooseFocus", () => {
  it("is the user's checkpoints among published ones, in any order of inputs", () => {
    expect(chooseFocus([ZOO, MINE])).toEqual({ subject: ["mine", "mine-2"], by: "input" });
    expect(chooseFocus([TABLE, ZOO])).toEqual({ subject: ["table"], by: "input" });
    expect(chooseFocus([ZOO, TABLE])).toEqual({ subject: ["table"], by: "input" });
  });

  it("treats a table with results as context, unless it comes first", () => {
    expect(chooseFocus([MINE, TABLE])).toEqual({ subject: ["mine", "mine-2"], by: "input" });
    expect(chooseFocus([TABLE, MINE])).toEqual({ subject: ["mine", "mine-2", "table"], by: "all" });
  });

  it("is everything if all is the user's, nothing if all is published", () => {
    expect(chooseFocus([MINE])).toEqual({ subject: ["mine", "mine-2"], by: "all" });
    expect(chooseFocus([ZOO])).toEqual({ subject: [], by: "none" });
    expect(chooseFocus([])).toEqual({ subject: [], by: "none" });
  });

  it("is determined by patterns", () => {
    expect(chooseFocus([MINE, ZOO], ["zoo-2", "min*2"])).toEqual({ subject: ["mine-2", "zoo-2"], by: "highlight" });
    expect(() => chooseFocus([MINE, ZOO], ["zoo", "zoom-1"])).toThrow(
      "--highlight zoom-1: no checkpoint matches this pattern; did you mean zoo-1",
    );
  });
});

describe("consequences of a focus", () => {
  it("has context only with something in focus", () => {
    expect(hasContext(chooseFocus([ZOO]))).toBe(false);
    expect(contextOf(chooseFocus([ZOO]))("zoo-1")).toBe(false);
    expect(contextOf(chooseFocus([MINE, ZOO]))("zoo-1")).toBe(true);
    expect(contextOf(chooseFocus([MINE, ZOO]))("mine")).toBe(false);
  });

  it("puts the subject first and keeps the order otherwise", () => {
    const focus = chooseFocus([ZOO, MINE]);
    const list = ["zoo-2", "mine-2", "zoo-1", "mine"];
    expect(subjectFirst(list, focus, (name) => name)).toEqual(["mine-2", "mine", "zoo-2", "zoo-1"]);
    expect(subjectFirst(list, chooseFocus([ZOO]), (name) => name)).toEqual(list);
  });
});
