import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shortenNames } from "../../../src/output/tables/shorten-names.ts";

describe("shortenNames", () => {
  it("keeps both ends, or where names would read alike the stretch in which they differ", () => {
    expect([...shortenNames(["vit", "convnext_base_w_320/laion_aesthetic_s13b_b82k"], 20).values()]).toEqual([
      "vit",
      "convnext_b…s13b_b82k",
    ]);
    const twins = [
      "noto25-emojione75-with-a-long-common-tail-10240",
      "noto25-emojione99-with-a-long-common-tail-10240",
    ];
    expect([...shortenNames(twins, 20).values()]).toEqual(["noto25…75-with-a-lo…", "noto25…99-with-a-lo…"]);
  });

  it("never has two alike, keeps to the length, and leaves what fits", () => {
    const letter = fc.constantFrom("a", "b", "…");
    const name = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(letter, { maxLength: 40 }).map((letters) => letters.join("")),
      fc
        .tuple(fc.constantFrom("a".repeat(30), "b".repeat(15)), fc.nat(12), fc.constant("c".repeat(30)))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 30 }), fc.integer({ min: 8, max: 30 }), (names, length) => {
        const shorts = shortenNames(names, length);
        expect([...shorts.keys()]).toEqual(names);
        expect(new Set(shorts.values()).size).toBe(names.length);
        for (const [whole, short] of shorts) {
          expect([...short].length).toBeLessThanOrEqual(length);
          if ([...whole].length <= length) expect(short).toBe(whole);
        }
      }),
    );
  });
});
