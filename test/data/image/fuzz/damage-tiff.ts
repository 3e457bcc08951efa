import { splice } from "./damage-bytes.ts";
import type { Random } from "./random.ts";

const TAGS = [
  254, 256, 257, 258, 259, 262, 266, 269, 273, 274, 277, 278, 279, 282, 284, 292, 293, 296, 317, 320, 322, 323, 324,
  325, 338, 339, 347, 530,
];

/** Damage to a TIFF's first directory: entries' tags, types, counts and values, entries missing or out of order. */
export function damageTiff(source: Uint8Array, random: Random): Uint8Array {
  const bytes = Uint8Array.from(source);
  const view = new DataView(bytes.buffer);
  const little = bytes[0] === 0x49;
  if (bytes.length < 10) return bytes;
  const directory = view.getUint32(4, little);
  const count = directory + 2 <= bytes.length ? view.getUint16(directory, little) : 0;
  if (count === 0 || directory + 2 + count * 12 > bytes.length) return bytes;
  const entry = directory + 2 + 12 * random.below(count);
  switch (random.below(10)) {
    case 0:
      view.setUint16(entry, random.pick([...TAGS, random.below(65536)]), little);
      return bytes;
    case 1:
      view.setUint16(entry + 2, random.pick([1, 2, 3, 4, 5, 7, 11, 12, 13, 16, random.below(20)]), little);
      return bytes;
    case 2:
      view.setUint32(
        entry + 4,
        random.pick([0, 1, 2, 3, view.getUint32(entry + 4, little) + random.below(5) - 2, random.below(2 ** 31)]) >>> 0,
        little,
      );
      return bytes;
    case 3:
    case 4: // a value in place, as a short or a long
      if (view.getUint16(entry + 2, little) === 3)
        view.setUint16(entry + 8, random.pick([0, 1, 2, 3, 4, 5, 8, 16, 255, random.below(65536)]), little);
      else
        view.setUint32(
          entry + 8,
          Math.max(0, view.getUint32(entry + 8, little) + random.pick([-1, 1, -8, 8, 100, -100, random.below(5000)])),
          little,
        );
      return bytes;
    case 5: {
      // entries exchanged
      const secondEntry = directory + 2 + 12 * random.below(count);
      const entryBytes = bytes.slice(entry, entry + 12);
      bytes.copyWithin(entry, secondEntry, secondEntry + 12);
      bytes.set(entryBytes, secondEntry);
      return bytes;
    }
    case 6: // an entry missing, its place empty at the end
      bytes.copyWithin(entry, entry + 12, directory + 2 + count * 12);
      view.setUint16(directory, count - 1, little);
      return bytes;
    case 7: // where the values are
      view.setUint32(random.chance(0.3) ? 4 : entry + 8, random.below(bytes.length + 50), little);
      return bytes;
    case 8: {
      const end = directory + 2 + count * 12;
      const at =
        directory > bytes.length / 2 ? 8 + random.below(directory - 8) : end + random.below(bytes.length - end);
      if (random.chance(0.5)) bytes[at] = random.below(256);
      else
        for (let left = 1 + random.below(4); left > 0; left--)
          bytes[Math.min(bytes.length - 1, at + random.below(8))]! ^= 1 << random.below(8);
      return bytes;
    }
    default: {
      // truncated data where they are before the directory: the offsets then point elsewhere
      if (directory < bytes.length / 2)
        return bytes.subarray(0, directory + 2 + random.below(bytes.length - directory));
      const removed = 1 + random.below(Math.min(40, directory - 8));
      const result = splice(bytes, 8 + random.below(directory - 8 - removed), removed, new Uint8Array(0));
      new DataView(result.buffer).setUint32(4, directory - removed, little);
      return result;
    }
  }
}
