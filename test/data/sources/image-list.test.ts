import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageEntry } from "../../../src/data/sources/image-entry.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const size = fc.nat({ max: 2 ** 48 });
const label = fc.nat({ max: 20 });
const inFolder = fc.record({ path: name, bytes: size, label });
const inContainer = fc
  .record({ file: name, member: name, position: size, bytes: size, label })
  .map(({ file, member, position, bytes, label }) => ({
    path: `${file}/${member}`,
    bytes,
    label,
    container: { file, position },
  }));
const entries: fc.Arbitrary<ImageEntry[]> = fc.array(fc.oneof(inFolder, inContainer), { maxLength: 3000, size: "max" });

describe("image lists", () => {
  it("return the collected entries by position, in slices and in sequence", () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat(), (images, first, end) => {
        const list = collectImages(images);
        expect(list.length).toBe(images.length);
        expect([...list]).toEqual(images);
        expect(list.slice(first, end)).toEqual(images.slice(first, end));
        expect(images.map((_, at) => list.label(at))).toEqual(images.map((image) => image.label));
      }),
      { numRuns: 30 },
    );
  });

  it("select by label and by position as arrays do, also repeatedly", () => {
    fc.assert(
      fc.property(entries, label, (images, most) => {
        const list = collectImages(images);
        const few = list.withLabels((label) => label <= most);
        const expected = images.filter((image) => image.label <= most);
        expect([...few]).toEqual(expected);
        const odd = Int32Array.from([...expected.keys()].filter((at) => at % 2 === 1));
        expect([...few.pick(odd)]).toEqual(expected.filter((_, at) => at % 2 === 1));
        expect([...few.pick(odd).withLabels((label) => label < most)]).toEqual(
          expected.filter((image, at) => at % 2 === 1 && image.label < most),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("refuse positions that do not exist", () => {
    const list = collectImages([{ path: "a.jpg", bytes: 1, label: 3 }]);
    for (const position of [-1, 1, 0.5, Number.NaN]) {
      expect(() => list.at(position)).toThrow(RangeError);
      expect(() => list.label(position)).toThrow(RangeError);
    }
    expect(() => list.pick(Int32Array.of(1))).toThrow("image 1 of 1");
  });
});
