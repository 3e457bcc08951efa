import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { claims, pairs, pathValue, values } from "../../../src/app/cli/option-values.ts";

describe("paths in options", () => {
  it("start at the home folder if they start with ~/, which shells do not expand after =", () => {
    expect(pathValue("~/data")).toBe(join(homedir(), "data"));
    expect(pathValue("~")).toBe(homedir());
    expect(pairs("imagenet=~/val", undefined)).toEqual([["imagenet", join(homedir(), "val")]]);
    expect(values("openai-80,~/mine.txt", undefined)).toEqual(["openai-80", join(homedir(), "mine.txt")]);
  });

  it("are unchanged otherwise, and in a cluster's pods", () => {
    for (const path of ["~other/data", "./~/data", "data/~", "a~b"]) expect(pathValue(path)).toBe(path);
    expect(claims("data=~/x", undefined)).toEqual([["data", "~/x"]]);
  });
});
