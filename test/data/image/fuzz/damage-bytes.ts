import type { Random } from "./random.ts";

/** Replaces `removed` bytes at `at` by `inserted`. */
export function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, at + removed);
  const result = new Uint8Array(bytes.length - (end - at) + inserted.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, at);
  result.set(bytes.subarray(end), at + inserted.length);
  return result;
}

const NONE = new Uint8Array(0);

/** Damage for any format: bits flipped, bytes changed, missing, added, repeated or exchanged, and truncation. */
export function damageBytes(source: Uint8Array, random: Random): Uint8Array {
  const bytes = Uint8Array.from(source);
  const place = (): number => random.below(random.chance(0.4) ? Math.min(bytes.length, 200) : bytes.length);
  const kind = random.below(12);
  if (kind <= 3) {
    for (let left = random.pick([1, 1, 1, 2, 4]); left > 0; left--) bytes[place()]! ^= 1 << random.below(8);
    return bytes;
  }
  if (kind === 4) {
    bytes[place()] = random.pick([0, 1, 2, 0x7f, 0x80, 0xfe, 0xff, random.below(256)]);
    return bytes;
  }
  if (kind <= 6) return bytes.subarray(0, 1 + random.below(bytes.length));
  if (kind === 7) return bytes.subarray(0, bytes.length - 1 - random.below(Math.min(40, bytes.length - 1)));
  if (kind === 8) return splice(bytes, place(), 1 + random.below(20), NONE);
  if (kind === 9) return splice(bytes, place(), 0, random.bytes(1 + random.below(20)));
  if (kind === 10) {
    const at = place();
    return splice(bytes, place(), 0, bytes.subarray(at, at + 1 + random.below(60)));
  }
  const at = place();
  bytes.fill(random.pick([0, 0xff, random.below(256)]), at, at + 1 + random.below(30));
  return bytes;
}
