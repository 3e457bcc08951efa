import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findMarker,
  isStandalone,
  isStartOfFrame,
  MARKER,
  markerName,
  segmentEnd,
} from "../../../src/data/image/jpeg-markers.ts";

const bytesOf = (...values: number[]) => Uint8Array.from(values);

describe("findMarker", () => {
  it("skips data, FF 00 and fill bytes, and returns the position after the marker", () => {
    const bytes = bytesOf(0x12, 0xff, 0x00, 0xff, 0xff, 0xff, 0xd8, 0x34, 0xff, 0xd9);
    expect(findMarker(bytes, 0)).toBe(7);
    expect(findMarker(bytes, 7)).toBe(10);
    expect(findMarker(bytes, 10)).toBe(-1);
    expect(findMarker(bytes, 99)).toBe(-1);
  });

  it("finds none where the bytes end within it", () => {
    expect(findMarker(bytesOf(0x12, 0xff), 0)).toBe(-1);
    expect(findMarker(bytesOf(0xff, 0xff, 0xff), 0)).toBe(-1);
    expect(findMarker(bytesOf(0xff, 0x00), 0)).toBe(-1);
    expect(findMarker(bytesOf(), 0)).toBe(-1);
  });

  it("is the first FF before a byte that is neither FF nor 00, in any bytes and from anywhere", () => {
    const byte = fc.constantFrom(0x00, 0x01, 0xd0, 0xda, 0xff);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 24 }),
        fc.array(byte, { maxLength: 24 }),
        fc.nat(30),
        (any, some, from) => {
          for (const bytes of [any, Uint8Array.from(some)]) {
            const expected = bytes.findIndex((value, i) => i > from && bytes[i - 1] === 0xff && value % 0xff !== 0);
            expect(findMarker(bytes, from)).toBe(expected < 0 ? -1 : expected + 1);
          }
        },
      ),
      { seed: 1, numRuns: 1000 },
    );
  });
});

describe("markers", () => {
  it("have a segment, or none, and are frames or not, by T.81", () => {
    const all = Array.from({ length: 256 }, (_, marker) => marker);
    expect(all.filter(isStandalone).map(markerName)).toEqual([
      "FF 01",
      ...Array.from({ length: 10 }, (_, i) => `FF D${i}`),
    ]);
    expect(all.filter(isStartOfFrame)).toEqual([
      0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf,
    ]);
    expect(isStartOfFrame(MARKER.DHP)).toBe(false);
  });

  it("have segments at least as long as the length field", () => {
    expect(segmentEnd(bytesOf(9, 0x01, 0x02), 1)).toBe(1 + 258);
    expect(segmentEnd(bytesOf(0, 0), 0)).toBe(2);
  });
});
