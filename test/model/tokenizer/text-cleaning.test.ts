import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixText } from "../../../src/model/tokenizer/fix-text.ts";
import { unescapeClosedHtml, unescapeHtml } from "../../../src/model/tokenizer/html-entities.ts";
import { cleanCaption } from "../../../src/model/tokenizer/text-cleaning.ts";

// Expected values: Python 3.11 html.unescape, ftfy 6.3.1, open_clip 3.3.0, from their consoles; the 2,000 odd captions of
// tokenizer.test.ts test the same at scale.

describe("unescapeHtml", () => {
  it.each([
    ["&lt;b&gt; &amp;amp; &quot;", '<b> &amp; "'],
    ["&ampx &notit; &notin; &copy2024", "&x ¬it; ∉ ©2024"],
    ["&#65; &#x41 &#X41;&#0065", "A A AA"],
    ["&#0; &#xD800; &#x110000; &#99999999999999999999;", "\ufffd \ufffd \ufffd \ufffd"],
    ["&#128;&#x85;&#150", "€…–"],
    ["[&#1;&#xFFFE;&#127;&#xFDD0;]", "[]"],
    ["&#9;&#10;&#12;&#13;", "\t\n\f\r"],
    ["&unknown; & &; &#; &#x; &#xZZ; &ünknown;", "&unknown; & &; &#; &#x; &#xZZ; &ünknown;"],
    ["&CounterClockwiseContourIntegral;&fjlig;", "∳fj"],
  ])("reads %j as Python does", (text, expected) => {
    expect(unescapeHtml(text)).toBe(expected);
  });
});

describe("unescapeClosedHtml", () => {
  it.each([
    ["&amp; &amp &ampx", "& &amp &ampx"],
    ["P&EACUTE;REZ &NTILDE; &nTILDE; BUNDESSTRA&SZLIG;E", "PÉREZ Ñ &nTILDE; BUNDESSTRASSE"],
    ["&GTCC; &#59; &#xZZ; &#65;", "&GTCC; &#59; &#xZZ; A"],
  ])("reads %j as ftfy does", (text, expected) => {
    expect(unescapeClosedHtml(text)).toBe(expected);
  });
});

describe("fixText", () => {
  it.each([
    ["ﬁ ﬂ ﬃ ﬅ Ǆ ŉ", "fi fl ffi ſt DŽ 'n"],
    ["ＬＯＵＤ　ｶﾞ", "LOUD ガ"],
    ["“it’s” ʼn", `"it's" 'n`],
    ["a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"],
    ["a\x85b\x96c\x81", "a…b–c\x81"],
    ["\ud83d x \ude00", "\ufffd x \ufffd"],
    ["\x1b[1;31mred\x1b[0m \x1b\x00[1m", "red [1m"],
    ["a\0b\ufeffc\x7f\u206a\ufffcd\u200b", "abcd\u200b"],
    ["e\u0301 A\u030a", "é Å"],
    ["sÃ³", "sÃ³"],
  ])("fixes %j as ftfy does, except mis-decoded text", (text, expected) => {
    expect(fixText(text)).toBe(expected);
  });

  it("keeps references from the first line on that contains a <", () => {
    expect(fixText("&eacute;\n<b>&eacute;\n&eacute;")).toBe("é\n<b>&eacute;\n&eacute;");
  });

  it("leaves well-formed text in normal form, without the control characters that it drops", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const fixed = fixText(text);
        expect(fixed.isWellFormed()).toBe(true);
        expect(fixed.split("\n").map((line) => line.normalize("NFC"))).toEqual(fixed.split("\n"));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
        expect(fixed).not.toMatch(/[\0-\x08\x0b\x0e-\x1f\x7f\r\ufeff\ufff9-\ufffc]/);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe("cleanCaption", () => {
  it("collapses what Python calls white space, and only that", () => {
    expect(cleanCaption(" a\t\n\v\f\r b\x85c\xa0\u2003\u3000d ", "whitespace")).toBe("a b…c d");
    expect(cleanCaption("<&#xFEFF; \u200b\u180e\u2028>", "whitespace")).toBe("<\ufeff \u200b\u180e >");
  });

  it("converts to lower case with final sigmas and dotted i's, as Python does", () => {
    expect(cleanCaption("ΟΔΟΣ ΣΑ İ ẞ", "lower")).toBe("οδος σα i̇ ß");
  });

  it("unescapes as often as ftfy does, and two more times", () => {
    expect(cleanCaption("&amp;amp;lt;", "whitespace")).toBe("<");
    expect(cleanCaption("<&amp;amp;lt;", "whitespace")).toBe("<&lt;");
  });

  it("canonicalizes: no punctuation, _ to space, lower case", () => {
    expect(cleanCaption("A Photo_of  (a) dog's, 'ice-cream'!", "canonicalize")).toBe("a photo of a dogs icecream");
  });
});
