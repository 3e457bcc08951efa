import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textWidth } from "../../../src/output/figures/figure-text.ts";
import { fitNames } from "../../../src/output/figures/fit-names.ts";

const fit = (names: readonly string[], width = 120) => fitNames(names, width, 8, textWidth);

describe("names in a figure", () => {
  it("keep what distinguishes them if the ends are equal", () => {
    const names = ["ViT-B-32/commonpool_s_laion_s13m_b4k", "ViT-B-32/commonpool_s_image_s13m_b4k", "RN50"];
    const shown = fit(names, 80);
    expect(shown.get("RN50")).toBe("RN50");
    expect(shown.get(names[0] as string)).toContain("laion");
    expect(shown.get(names[1] as string)).toContain("image");
  });

  it("fit, and no two read alike", () => {
    const part = fc.constantFrom("ViT-B-32", "/commonpool_s", "_laion", "_image", "_s13m_b4k", "-quickgelu");
    const name = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), (names) => {
        const shown = [...fit(names).values()];
        expect(new Set(shown).size).toBe(names.length);
        for (const text of shown) expect(textWidth(text, 8)).toBeLessThanOrEqual(120);
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
