import { splice } from "./damage-bytes.ts";
import type { Random } from "./random.ts";

/** Damage to a GIF's structure: sizes, palettes, code size, sub-blocks, extensions. */
export function damageGif(source: Uint8Array, random: Random): Uint8Array {
  const bytes = Uint8Array.from(source);
  const palette = (flags: number): number => (flags & 0x80 ? 3 * (2 << (flags & 7)) : 0);
  let p = 13 + palette(bytes[10] ?? 0);
  const extensions: number[] = [];
  while (bytes[p] === 0x21) {
    extensions.push(p);
    p += 2;
    while (p < bytes.length && bytes[p] !== 0) p += bytes[p]! + 1;
    p++;
  }
  if (bytes[p] !== 0x2c) return bytes;
  const data = p + 10 + palette(bytes[p + 9]!);
  const inData = (): number => data + 1 + random.below(bytes.length - data - 2);
  switch (random.below(11)) {
    case 0: // the screen
      bytes[random.pick([6, 8])] = random.pick([0, 1, 255, random.below(256)]);
      return bytes;
    case 1: // flags and colors
      bytes[random.pick([10, 11, 12, 13 + random.below(40)])] = random.below(256);
      return bytes;
    case 2: // the frame
      bytes[p + random.pick([1, 3, 5, 7])] = random.pick([0, 1, random.below(80), random.below(256)]);
      return bytes;
    case 3:
      bytes[p + 9] = random.pick([0, 0x40, 0x80, 0x81, 0xc7, random.below(256)]);
      return bytes;
    case 4: // the code size
      bytes[data] = random.pick([0, 1, 2, 3, 7, 8, 9, 11, 12, 13, 255]);
      return bytes;
    case 5: // the length of a sub-block
      bytes[data + 1] = random.pick([0, 1, random.below(256)]);
      return bytes;
    case 6:
      for (let left = 1 + random.below(3); left > 0; left--) bytes[inData()]! ^= 1 << random.below(8);
      return bytes;
    case 7:
      return splice(bytes, inData(), random.below(30), random.bytes(random.below(10)));
    case 8: // an additional extension, before the frame
      return splice(
        bytes,
        random.pick([p, p, 13, ...extensions]),
        0,
        Uint8Array.of(
          0x21,
          random.pick([0xf9, 0xfe, 0xff, 0x01, random.below(256)]),
          random.pick([0, 4, 4, 3, 5, 11]),
          ...random.bytes(random.below(12)),
          0,
        ),
      );
    case 9: // transparency
      if (extensions.length > 0) bytes[random.pick(extensions) + random.below(8)] = random.below(256);
      return bytes;
    default: // a premature end
      return splice(bytes, inData(), bytes.length, Uint8Array.of(...random.bytes(random.below(3)), 0, 0x3b));
  }
}
