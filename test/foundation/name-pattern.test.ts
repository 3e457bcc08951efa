import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchNames } from "../../src/foundation/name-pattern.ts";

const NAMES = ["ViT-B-32 openai", "ViT-B-32 laion2b", "ViT-B-32", "run*1", "RN50"];

describe("matchNames", () => {
  it("matches only the equal name, even if other names contain it", () => {
    expect(matchNames(NAMES, "vit-b-32")).toEqual(["ViT-B-32"]);
    expect(matchNames(NAMES, "run*1")).toEqual(["run*1"]);
  });

  it("matches parts of names, ignoring case", () => {
    expect(matchNames(NAMES, "B-32 L")).toEqual(["ViT-B-32 laion2b"]);
    expect(matchNames(NAMES, "vit")).toHaveLength(3);
    expect(matchNames(NAMES, "SigLIP")).toEqual([]);
    expect(matchNames(NAMES, "")).toEqual([]);
  });

  it("matches globs from end to end", () => {
    expect(matchNames(NAMES, "*laion*")).toEqual(["ViT-B-32 laion2b"]);
    expect(matchNames(NAMES, "RN??")).toEqual(["RN50"]);
    expect(matchNames(NAMES, "laion*")).toEqual([]);
    expect(matchNames(NAMES, "*")).toEqual(NAMES);
  });

  it("matches like the equivalent regular expression, in little time", () => {
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "."), maxLength: 9 });
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 12 }), texts, (name, pattern) => {
        if (!/[*?]/.test(pattern)) return;
        const source = [...pattern].map((c) => (c === "*" ? ".*" : c === "?" ? "." : c.replace(".", "\\."))).join("");
        expect(matchNames([name], pattern)).toEqual(new RegExp(`^${source}$`).test(name) ? [name] : []);
      }),
      { seed: 1, numRuns: 500 },
    );
    expect(matchNames(["a".repeat(2000)], `${"*a".repeat(500)}b`)).toEqual([]);
  });
});
