import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeText, isEscaped, memberName, memberNameBytes } from "../../../src/data/sources/member-name.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

describe("memberName", () => {
  it.each([
    [latin1("cafe.JPEG"), "cafe.JPEG"],
    [Buffer.from("caf\u00e9/\u{1f600}.png"), "caf\u00e9/\u{1f600}.png"],
    [latin1("caf\xe9.JPEG"), "caf\\xE9.JPEG"],
    [Buffer.concat([Buffer.from("\u00e9"), latin1("\xe9\xff")]), "\u00e9\\xE9\\xFF"],
    [latin1("\xc0\x80\xed\xa0\x80"), "\\xC0\\x80\\xED\\xA0\\x80"], // overlong, and half of a surrogate pair
    [latin1("100%20 \\xe9 \\n.jpg"), "100%20 \\xe9 \\n.jpg"], // nothing that reads as an escaped byte
    [latin1("a\\xE9.jpg"), "a\\x5CxE9.jpg"],
    [Buffer.from("\ufeffa"), "\ufeffa"],
  ])("writes %s", (bytes, text) => {
    expect(memberName(bytes)).toBe(text);
    expect(memberNameBytes(text)).toEqual(bytes);
  });

  it("gives every name a distinct text, which is UTF-8 and restores the bytes", () => {
    const piece = fc.constantFrom("a", "\\", "x", "E9", "\xe9", "\xc3\xa9", "\xf0\x9f\x98\x80", "\xed\xa0\x80", "/");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 12 }),
          fc.array(piece).map((list) => latin1(list.join(""))),
        ),
        (bytes) => {
          const text = memberName(bytes);
          expect(Buffer.from(text).toString()).toBe(text);
          expect(Uint8Array.from(memberNameBytes(text))).toEqual(Uint8Array.from(bytes));
        },
      ),
      { seed: 21, numRuns: 300 },
    );
  });

  it("does not change UTF-8 text without escaped bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(memberName(Buffer.from(text))).toBe(escapeText(text));
        if (!isEscaped(text)) expect(escapeText(text)).toBe(text);
      }),
      { seed: 22, numRuns: 200 },
    );
  });
});
