import { describe, expect, it } from "vitest";
import { DARK, GROUP_SYMBOLS, groupStyle, LIGHT } from "../../../src/output/figures/figure-theme.ts";

type Triple = readonly [number, number, number];

/** Full color-vision deficiency on linear RGB: Machado, Oliveira & Fernandes 2009, severity 1. */
const DEFICIENCIES: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const dot = (row: Triple, [a, b, c]: Triple) => row[0] * a + row[1] * b + row[2] * c;

function linearRgb(hex: string): Triple {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** CIE L*a*b* of linear sRGB, D65. */
function lab(rgb: Triple): Triple {
  const clipped = rgb.map((value) => Math.max(0, Math.min(1, value))) as unknown as Triple;
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f(dot([0.4124564, 0.3575761, 0.1804375], clipped) / 0.95047);
  const y = f(dot([0.2126729, 0.7151522, 0.072175], clipped));
  const z = f(dot([0.0193339, 0.119192, 0.9503041], clipped) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function seen(hex: string, deficiency: string): Triple {
  const matrix = DEFICIENCIES[deficiency] as readonly [Triple, Triple, Triple];
  const rgb = linearRgb(hex);
  return lab([dot(matrix[0], rgb), dot(matrix[1], rgb), dot(matrix[2], rgb)]);
}

describe("colors", () => {
  for (const [name, theme] of Object.entries({ light: LIGHT, dark: DARK })) {
    for (const deficiency of Object.keys(DEFICIENCIES)) {
      it(`of groups are distinguishable, theme ${name}, deficiency: ${deficiency}`, () => {
        const places = theme.groups.map((hex) => seen(hex, deficiency));
        const distances = places.flatMap((a, i) =>
          places.slice(0, i).map((b) => Math.hypot(...a.map((v, k) => v - (b[k] as number)))),
        );
        // 2.3 is a just noticeable difference; markers of 5 pixels need several
        expect(Math.min(...distances)).toBeGreaterThan(10);
      });
    }

    it(`of theme ${name} stand out from the background: 3 to 1 for points and lines, 4.5 to 1 for text`, () => {
      const luminance = (hex: string) => dot([0.2126, 0.7152, 0.0722], linearRgb(hex));
      const contrast = (a: string, b: string) => {
        const [low, high] = [luminance(a), luminance(b)].sort((p, q) => p - q) as [number, number];
        return (high + 0.05) / (low + 0.05);
      };
      for (const text of [theme.ink, theme.muted]) expect(contrast(text, theme.background)).toBeGreaterThan(4.5);
      for (const mark of [theme.baseline, theme.checkpoint, theme.context])
        expect(contrast(mark, theme.background)).toBeGreaterThan(3);
    });
  }

  it("and markers make 42 pairs before one comes again", () => {
    const pairs = Array.from({ length: 42 }, (_, i) => groupStyle(LIGHT, i)).map(({ color, symbol }) => color + symbol);
    expect(new Set(pairs).size).toBe(42);
    expect(GROUP_SYMBOLS.length).toBe(6);
  });
});
