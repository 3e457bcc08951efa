import { splice } from "./damage-bytes.ts";
import type { Random } from "./random.ts";

/** Damage to a WebP's chunks: names, lengths, missing, repeated, moved, sizes of canvas and frames. */
export function damageWebp(source: Uint8Array, random: Random): Uint8Array {
  const bytes = Uint8Array.from(source);
  const view = new DataView(bytes.buffer);
  const chunks: { at: number; end: number }[] = [];
  for (let p = 12; p + 8 <= bytes.length; ) {
    const length = view.getUint32(p + 4, true);
    const end = Math.min(bytes.length, p + 8 + length + (length & 1));
    chunks.push({ at: p, end });
    p = end;
  }
  if (chunks.length === 0) return bytes;
  const chunk = random.pick(chunks);
  switch (random.below(9)) {
    case 0: // the length of the whole
      view.setUint32(
        4,
        random.pick([0, bytes.length, bytes.length - 8 + random.below(9) - 4, random.below(9000)]),
        true,
      );
      return bytes;
    case 1:
      view.setUint32(chunk.at + 4, Math.max(0, view.getUint32(chunk.at + 4, true) + random.below(9) - 4), true);
      return bytes;
    case 2:
      return splice(bytes, chunk.at, chunk.end - chunk.at, new Uint8Array(0));
    case 3:
      return splice(bytes, random.pick(chunks).at, 0, bytes.slice(chunk.at, chunk.end));
    case 4:
      bytes.set(
        Buffer.from(random.pick(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP ", "junk"])),
        chunk.at,
      );
      return bytes;
    case 5: // its first bytes: sizes and flags
      bytes[chunk.at + 8 + random.below(24)] = random.pick([0, 1, 2, 0x10, 0xff, random.below(256)]);
      return bytes;
    case 6:
      return splice(
        bytes,
        random.pick(chunks).at,
        0,
        Buffer.concat([
          Buffer.from(random.pick(["junk", "EXIF", "ICCP", "XMP "])),
          Buffer.of(4, 0, 0, 0),
          random.bytes(4),
        ]),
      );
    case 7:
      return splice(bytes, bytes.length, 0, random.bytes(1 + random.below(30)));
    default:
      bytes[chunk.at + 8 + random.below(chunk.end - chunk.at - 8)] = random.below(256);
      return bytes;
  }
}
