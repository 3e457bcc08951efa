/** A font's glyphs in its own units, y upwards. */
export interface FontOutlines {
  readonly unitsPerEm: number;
  /** the glyph of a code point; 0 if the font has none */
  readonly glyphOf: (codePoint: number) => number;
  readonly advanceOf: (glyph: number) => number;
  /** the outline as the `d` of an SVG path, in relative integers; empty for a space */
  readonly outlineOf: (glyph: number) => string;
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly onCurve: boolean;
}
type Contour = readonly Point[];

/** Maximum depth of composite glyphs: an accented letter has depth two. */
const DEEPEST = 5;

/**
 * Reads the outlines of a TrueType font: `head`, `hhea`, `hmtx`, `cmap` (format 4), `loca` and `glyf`. It trusts the
 * tables, because it reads only the font in the package.
 *
 * @see https://learn.microsoft.com/typography/opentype/spec/otff
 */
export function parseFont(bytes: Uint8Array): FontOutlines {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = new Map<string, number>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const at = 12 + 16 * i;
    tables.set(String.fromCharCode(...bytes.subarray(at, at + 4)), view.getUint32(at + 8));
  }
  const table = (name: string) => {
    const offset = tables.get(name);
    if (offset === undefined) throw new Error(`the font has no table ${name}`);
    return offset;
  };
  const [head, loca, glyf, hmtx] = [table("head"), table("loca"), table("glyf"), table("hmtx")];
  const isLong = view.getInt16(head + 50) === 1;
  const metrics = view.getUint16(table("hhea") + 34);
  const start = (glyph: number) =>
    glyf + (isLong ? view.getUint32(loca + 4 * glyph) : 2 * view.getUint16(loca + 2 * glyph));

  function contoursOf(glyph: number, depth = 0): Contour[] {
    const [at, end] = [start(glyph), start(glyph + 1)];
    if (at === end || depth > DEEPEST) return [];
    const count = view.getInt16(at);
    if (count >= 0) return simpleContours(view, at, count);
    return componentsOf(view, at).flatMap(({ part, dx, dy, matrix: [a, b, c, d] }) =>
      contoursOf(part, depth + 1).map((contour) =>
        contour.map(({ x, y, onCurve }) => ({ x: a * x + c * y + dx, y: b * x + d * y + dy, onCurve })),
      ),
    );
  }

  return {
    unitsPerEm: view.getUint16(head + 18),
    glyphOf: glyphFinder(view, table("cmap")),
    advanceOf: (glyph) => view.getUint16(hmtx + 4 * Math.min(glyph, metrics - 1)),
    outlineOf: (glyph) => pathOf(contoursOf(glyph)),
  };
}

function glyphFinder(view: DataView, cmap: number): (codePoint: number) => number {
  const subtables = Array.from({ length: view.getUint16(cmap + 2) }, (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i));
  const at = subtables.find((subtable) => view.getUint16(subtable) === 4);
  if (at === undefined) throw new Error("the font has no character map of format 4");
  const doubled = view.getUint16(at + 6);
  const [ends, starts, deltas, offsets] = [14, 16 + doubled, 16 + 2 * doubled, 16 + 3 * doubled].map(
    (shift) => at + shift,
  ) as [number, number, number, number];
  return (codePoint) => {
    for (let i = 0; i < doubled; i += 2) {
      if (codePoint > view.getUint16(ends + i)) continue;
      const first = view.getUint16(starts + i);
      if (codePoint < first) return 0;
      const offset = view.getUint16(offsets + i);
      const delta = view.getUint16(deltas + i);
      if (offset === 0) return (codePoint + delta) & 0xffff;
      const glyph = view.getUint16(offsets + i + offset + 2 * (codePoint - first));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}

/** Bits of a point's flags. */
const FLAG = { onCurve: 1, shortX: 2, shortY: 4, repeat: 8, sameX: 16, sameY: 32 } as const;

function simpleContours(view: DataView, glyph: number, count: number): Contour[] {
  const ends = Array.from({ length: count }, (_, i) => view.getUint16(glyph + 10 + 2 * i));
  const points = (ends.at(-1) ?? -1) + 1;
  let at = glyph + 10 + 2 * count;
  at += 2 + view.getUint16(at); // instructions
  const flags: number[] = [];
  while (flags.length < points) {
    const flag = view.getUint8(at++);
    const times = (flag & FLAG.repeat) === 0 ? 1 : 1 + view.getUint8(at++);
    for (let i = 0; i < times; i++) flags.push(flag);
  }
  const coordinates = (short: number, same: number) => {
    let value = 0;
    return flags.map((flag) => {
      if ((flag & short) !== 0) value += view.getUint8(at++) * ((flag & same) === 0 ? -1 : 1);
      else if ((flag & same) === 0) {
        value += view.getInt16(at);
        at += 2;
      }
      return value;
    });
  };
  const xs = coordinates(FLAG.shortX, FLAG.sameX);
  const ys = coordinates(FLAG.shortY, FLAG.sameY);
  return ends.map((end, c) =>
    flags.slice(c === 0 ? 0 : (ends[c - 1] as number) + 1, end + 1).map((flag, i) => {
      const p = (c === 0 ? 0 : (ends[c - 1] as number) + 1) + i;
      return { x: xs[p] as number, y: ys[p] as number, onCurve: (flag & FLAG.onCurve) !== 0 };
    }),
  );
}

interface Component {
  readonly part: number;
  readonly dx: number;
  readonly dy: number;
  readonly matrix: readonly [number, number, number, number];
}

/** Bits of a component's flags. */
const COMPONENT = { words: 1, areOffsets: 2, scale: 8, more: 0x20, scales: 0x40, matrix: 0x80 } as const;

function componentsOf(view: DataView, glyph: number): Component[] {
  const components: Component[] = [];
  let at = glyph + 10;
  for (let more = true; more; ) {
    const flags = view.getUint16(at);
    const part = view.getUint16(at + 2);
    at += 4;
    const isWords = (flags & COMPONENT.words) !== 0;
    const [dx, dy] = isWords ? [view.getInt16(at), view.getInt16(at + 2)] : [view.getInt8(at), view.getInt8(at + 1)];
    at += isWords ? 4 : 2;
    if ((flags & COMPONENT.areOffsets) === 0)
      throw new Error("the font positions a part of a glyph by points, which is not supported");
    const next = () => {
      at += 2;
      return view.getInt16(at - 2) / 2 ** 14;
    };
    let matrix: Component["matrix"] = [1, 0, 0, 1];
    if ((flags & COMPONENT.scale) !== 0) {
      const scale = next();
      matrix = [scale, 0, 0, scale];
    } else if ((flags & COMPONENT.scales) !== 0) matrix = [next(), 0, 0, next()];
    else if ((flags & COMPONENT.matrix) !== 0) matrix = [next(), next(), next(), next()];
    components.push({ part, dx, dy, matrix });
    more = (flags & COMPONENT.more) !== 0;
  }
  return components;
}

/**
 * Builds quadratic curves through the points on the curve; the middle of two consecutive control points is on the
 * curve.
 */
function pathOf(contours: readonly Contour[]): string {
  return contours
    .filter(({ length }) => length > 1)
    .map((contour) => {
      const rounded = contour.map((point) => ({ ...point, x: Math.round(point.x), y: Math.round(point.y) }));
      const first = rounded.findIndex(({ onCurve }) => onCurve);
      const turned = first <= 0 ? rounded : [...rounded.slice(first), ...rounded.slice(0, first)];
      const begin = first < 0 ? middle(turned.at(-1) as Point, turned[0] as Point) : (turned[0] as Point);
      const rest = [...(first < 0 ? turned : turned.slice(1)), begin];
      let [at, path] = [begin, `M${begin.x} ${begin.y}`];
      for (let i = 0; i < rest.length; i++) {
        const point = rest[i] as Point;
        if (point.onCurve) {
          if (i < rest.length - 1) path += `l${step(at, point)}`; // z draws the last side
          at = point;
          continue;
        }
        const next = rest[i + 1] as Point;
        const to = next.onCurve ? next : middle(point, next);
        path += `q${step(at, point)} ${step(at, to)}`.replace(/ -/g, "-");
        at = to;
        if (next.onCurve) i++;
      }
      return `${path}z`;
    })
    .join("");
}

function middle(a: Point, b: Point): Point {
  return { x: Math.round((a.x + b.x) / 2), y: Math.round((a.y + b.y) / 2), onCurve: true };
}

function step(from: Point, to: Point): string {
  return `${to.x - from.x} ${to.y - from.y}`.replace(/ -/g, "-");
}
