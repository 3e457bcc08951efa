import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { definitionFiles } from "../../data/benchmark/make-definition.ts";
import { type MadeMember, writeTar } from "../../data/sources/make-tar.ts";
import { mulberry32 } from "../../seeded-random.ts";

/*
 * A small benchmark for tests: three classes of four images. All images have the same size in bytes, so that only their content
 * distinguishes them.
 */

export const CLASSES = ["cat", "dog", "owl"];
export const IMAGES_OF_CLASS = 4;
/** Paths in canonical order. */
export const PATHS = CLASSES.flatMap((name) => Array.from({ length: IMAGES_OF_CLASS }, (_, i) => `${name}/${i}.png`));

const SIDE = 16;

/** PNGs of noise, uncompressed and therefore of the same size; the same number gives the same image. */
export async function noisePng(seed: number): Promise<Buffer> {
  const random = mulberry32(seed);
  const raw = Buffer.from(Array.from({ length: SIDE * SIDE * 3 }, () => random() & 255));
  const image = sharp(raw, { raw: { width: SIDE, height: SIDE, channels: 3 } });
  return image.png({ compressionLevel: 0, adaptiveFiltering: false }).toBuffer();
}

/** Writes the benchmark's definition. @returns its path */
export function writeDefinition(folder: string): string {
  const about = {
    ...{ images: PATHS.length, templates: "single-1", folders: ["animals"], protocols: [{ id: "three" }] },
    layouts: [{ kind: "class-folders", key: "name" }, { kind: "web-dataset" }],
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(definitionFiles("animals", CLASSES, about)))
    writeFileSync(join(folder, name), content);
  return join(folder, "animals.json");
}

/** Writes the images, in the order of {@link PATHS}, as class folders. */
export function writeImages(root: string, images: readonly Uint8Array[]): void {
  for (const [i, path] of PATHS.entries()) {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), images[i] as Uint8Array);
  }
}

/** The same in one tar, as a WebDataset. */
export function writeImageTar(root: string, images: readonly Uint8Array[]): string {
  const members = PATHS.flatMap((_, i): MadeMember[] => [
    { name: `s${i}.cls`, content: String(Math.floor(i / IMAGES_OF_CLASS)) },
    { name: `s${i}.png`, content: images[i] as Uint8Array },
  ]);
  mkdirSync(root, { recursive: true });
  return writeTar(join(root, "0.tar"), members);
}
