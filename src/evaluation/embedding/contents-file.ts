import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";

/*
 * What is remembered of the contents of a manifest's images, a file for so many of them: JSON with the name of what it is
 * of, a row an image, and the SHA-256 of all that.
 */

/** Goes up when a state or content would be told otherwise. */
const VERSION = 1;
/** Images in one file. */
export const BLOCK = 512;

/** What is remembered of an image: state of its file, and SHA-256. */
export type Remembered = readonly [identity: string, sha256: string];

/** What a block's file says that it is of. */
export interface BlockName {
  readonly version: number;
  /** real path of the images' folder */
  readonly root: string;
  /** SHA-256 of the manifest */
  readonly manifest: string;
  /** position of the block's first image in it */
  readonly first: number;
}

/** @param block  0 for the first {@link BLOCK} images of the manifest */
export function nameBlock(root: string, manifest: string, block: number): BlockName {
  return { version: VERSION, root, manifest, first: block * BLOCK };
}

/** The path of a block's file, below the folder of contents. */
export function blockFile({ root, manifest, first }: BlockName): string {
  const place = sha256(JSON.stringify([root, manifest])).slice(0, 32);
  return `${place}/${String(first / BLOCK).padStart(5, "0")}.json`;
}

/** Reads what {@link writeBlock} wrote; nothing where it is damaged, or is of other images. */
export async function readBlock(path: string, name: BlockName): Promise<readonly (Remembered | null)[]> {
  const block = parseBlock(await readText(path).catch(() => ""));
  return block !== null && JSON.stringify(block.name) === JSON.stringify(name) ? block.images : [];
}

/** @param images  a row an image of the block; null where nothing is known */
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

/** Whether a file of this name and text is whole, and of the images that its name stands for. */
export function isContentsFile(name: string, text: string): boolean {
  const block = parseBlock(text);
  return block !== null && name === blockFile(block.name);
}
