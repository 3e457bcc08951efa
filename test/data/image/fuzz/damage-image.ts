import { damageBytes, splice } from "./damage-bytes.ts";
import { damageGif } from "./damage-gif.ts";
import { damageJpeg } from "./damage-jpeg.ts";
import { damagePng } from "./damage-png.ts";
import { damageWebp } from "./damage-riff.ts";
import { damageTiff } from "./damage-tiff.ts";
import { createRandom, type Random } from "./random.ts";

type Damage = (bytes: Uint8Array, random: Random) => Uint8Array;

const STRUCTURE: readonly (readonly [start: string, damage: Damage])[] = [
  ["\xff\xd8", damageJpeg],
  ["\x89PNG", damagePng],
  ["GIF8", damageGif],
  ["RIFF", damageWebp],
  ["II*", damageTiff],
  ["MM\0*", damageTiff],
];

/**
 * Damages an image file: its bytes or its format's structure, usually once. The same seed gives the same bytes.
 *
 * @param secondImage another file, sometimes appended
 */
export function damageImage(source: Uint8Array, secondImage: Uint8Array, seed: number): Uint8Array {
  const random = createRandom(seed);
  const start = Buffer.from(source.subarray(0, 4)).toString("latin1");
  const structure = STRUCTURE.find(([magic]) => start.startsWith(magic))?.[1] ?? damageBytes;
  let bytes: Uint8Array = Uint8Array.from(source);
  for (let left = random.pick([1, 1, 1, 2]); left > 0 && bytes.length > 1; left--) {
    try {
      bytes = Uint8Array.from((random.chance(0.35) ? damageBytes : structure)(bytes, random));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // the file is already too short for this damage
    }
  }
  return random.chance(0.02) ? splice(bytes, bytes.length, 0, secondImage) : bytes;
}
