import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";

/*
 * Recorded contents of a manifest's images, in one JSON file per block of images: an identification, a row per image, and the SHA-256 of both.
 */

/** Incremented when the form of states or contents changes. */
const VERSION = 1;
/** Images per file. */
export const BLOCK = 512;

/** Recorded content of an image: state of its file, and SHA-256. */
export type Remembered = readonly [identity: string, sha256: string];

/** Identification of a block's file. */
export interface BlockName {
  readonly version: number;
  /** real path of the images' folder */
  readonly root: string;
  /** SHA-256 of the manifest */
  readonly manifest: string;
  /** position of the block's first image in the manifest */
  readonly first: number;
}

/** @param block  0 for the first {@link BLOCK} images of the manifest */
export function nameBlock(root: string, manifest: string, block: number): BlockName {
  return { version: VERSION, root, manifest, first: block * BLOCK };
}

/** Returns the path of a block's file, relative to the folder of contents. */
export function blockFile({ root, manifest, first }: BlockName): string {
  const place = sha256(JSON.stringify([root, manifest])).slice(0, 32);
  return `${place}/${String(first / BLOCK).padStart(5, "0")}.json`;
}

/** Reads a file of {@link writeBlock}; returns nothing if it is damaged or belongs to other images. */
export async function readBlock(path: string, name: BlockName): Promise<readonly (Remembered | null)[]> {
  const block = parseBlock(await readText(path).catch(() => ""));
  return block !== null && JSON.stringify(block.name) === JSON.stringify(name) ? block.images : [];
}

/** @param images  one row per image of the block; null if unknown */
export async function writeBlock(path: string, name: BlockName, images: readonly (Remembered | null)[]): Promise<void> {
  const content = { ...name, images };
  await atomicWrite(path, `${JSON.stringify({ ...content, check: sha256(JSON.stringify(content)) })}\n`);
}

function parseBlock(
  text: string,
): { readonly name: BlockName; readonly images: readonly (Remembered | null)[] } | null {
  try {
    const { check, ...content } = JSON.parse(text);
    const { images, ...name } = content;
    return check === sha256(JSON.stringify(content)) && Array.isArray(images) ? { name, images } : null;
  } catch {
    return null;
  }
}

/** Whether a file is intact and belongs to the images that its name identifies. */
export function isContentsFile(name: string, text: string): boolean {
  const block = parseBlock(text);
  return block !== null && name === blockFile(block.name);
}
