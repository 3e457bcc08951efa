import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { damageImage } from "./damage-image.ts";
import { createRandom } from "./random.ts";

export interface Source {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What `npm test` replays: seed and count, and the file of Pillow's results. */
export const COMMITTED = {
  seed: 1,
  images: 6000,
  file: new URL("../../../fixtures/images/fuzz.expected.txt", import.meta.url),
} as const;

const FIXTURES = fileURLToPath(new URL("../../../fixtures/images/files/", import.meta.url));
const IMAGE = /\.(jpe?g|png|gif|webp|tiff?)$/i;
const MAX_BYTES = 25_000; // larger fixtures take long and are damaged in the same ways

/** The images of the folders, in order of their names; without folders, the small ones of the fixtures. */
export function readSources(folders: readonly string[] = [FIXTURES]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => IMAGE.test(name))
      .sort()
      .map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
      .filter(({ bytes }) => bytes.length > 30 && (folder !== FIXTURES || bytes.length <= MAX_BYTES)),
  );
}

/** Returns the `i`-th damaged image of a seed. */
export function fuzzImage(sources: readonly Source[], seed: number, i: number): { bytes: Uint8Array; source: string } {
  const random = createRandom(seed * 7919 + i);
  const source = sources[i % sources.length]!;
  const secondImage = random.pick(sources).bytes;
  return { bytes: damageImage(source.bytes, secondImage, seed * 1_000_003 + i), source: source.name };
}

/**
 * One result per line, in short form: "refused", or size and the first 12 hexadecimal digits of the SHA-256 of the
 * pixels.
 */
export function shortVerdict(verdict: string): string {
  return verdict.startsWith("refused") ? "-" : verdict.replace(/^(\d+) (\d+) ([0-9a-f]{12}).*$/, "$1 $2 $3");
}

export function writeCommitted(version: string, verdicts: readonly string[]): void {
  writeFileSync(COMMITTED.file, `${version}\n${verdicts.map(shortVerdict).join("\n")}\n`);
}
