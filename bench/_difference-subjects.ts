import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { parse } from "csv-parse/sync";
import { extract } from "tar-stream";
import { decodeImage } from "../src/data/image/decode.ts";
import type { DecodedImage } from "../src/data/image/decoded-image.ts";
import { type Checkpoint, openCheckpoint } from "../src/model/checkpoint/open-checkpoint.ts";
import { ROOT } from "./_child.ts";
import { samplePath } from "./_samples.ts";

export interface LabeledImage {
  readonly bytes: Uint8Array;
  readonly image: DecodedImage;
  readonly label: number;
}

/** A checkpoint and images with labels to change something of. */
export interface Subject {
  readonly checkpoint: Checkpoint;
  /** as the table names them */
  readonly data: string;
  readonly images: readonly LabeledImage[];
  readonly classNames: readonly string[];
  readonly templates: readonly string[];
  /** of ImageNet's classes; null for others */
  readonly wnids: readonly string[] | null;
}

export type CsvRow = Readonly<Record<string, string>>;

export const CHECKPOINTS = join(ROOT, "test", "fixtures", "checkpoints");
const EMOJISHIFT = join(ROOT, "examples", "emojishift");
const DEMO = join(ROOT, "test", "fixtures", "demo", "imagenet", "val");

export function readCsv(...path: string[]): CsvRow[] {
  return parse(readFileSync(join(ROOT, ...path), "utf8"), { columns: true, bom: true }) as CsvRow[];
}

export function readTemplates(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

/** The tests' pictures of ImageNet's classes: JPEG, PNG with alpha and palettes, WebP. */
export async function demoSubject(folder = "vit-open-clip"): Promise<Subject> {
  return imageNetSubject(join(CHECKPOINTS, folder), DEMO, "demo pictures");
}

/** 100 photos of ImageNet and a checkpoint trained on photos, where SHIFTLINE_SAMPLES has them; else null. */
export async function photosSubject(): Promise<Subject | null> {
  const [checkpoint, photos] = [samplePath("photos-clip"), samplePath("photos")];
  return checkpoint === null || photos === null ? null : imageNetSubject(checkpoint, photos, "ImageNet photos");
}

async function imageNetSubject(checkpoint: string, folder: string, data: string): Promise<Subject> {
  const classes = readCsv("benchmarks", "classes", "imagenet.csv");
  const wnids = classes.map(({ wnid }) => wnid as string);
  const files = readdirSync(folder)
    .sort()
    .flatMap((wnid) =>
      readdirSync(join(folder, wnid))
        .sort()
        .map((file) => ({ path: join(folder, wnid, file), label: wnids.indexOf(wnid) })),
    );
  return {
    checkpoint: await openCheckpoint(checkpoint),
    data,
    images: await decodeAll(files.map(({ path, label }) => ({ bytes: readFileSync(path), label }))),
    classNames: readCsv("prompts", "class-names", "imagenet-openai.csv").map(({ name }) => name as string),
    templates: readTemplates(join(ROOT, "prompts", "templates", "openai-80.txt")),
    wnids,
  };
}

/** A checkpoint of EmojiShift and the pictures of all nine sets, 640 each. */
export async function emojiSubject(name: string): Promise<Subject> {
  return {
    checkpoint: await openCheckpoint(join(EMOJISHIFT, "checkpoints", name)),
    data: "EmojiShift's nine sets",
    images: await decodeAll(await readEmoji()),
    classNames: readCsv("examples", "emojishift", "class-names.csv").map((row) => row.name as string),
    templates: readTemplates(join(EMOJISHIFT, "templates.txt")),
    wnids: null,
  };
}

async function decodeAll(files: readonly { bytes: Uint8Array; label: number }[]): Promise<LabeledImage[]> {
  return Promise.all(files.map(async (file) => ({ ...file, image: await decodeImage(file.bytes) })));
}

async function readEmoji(): Promise<{ bytes: Uint8Array; label: number }[]> {
  const folder = join(EMOJISHIFT, "data");
  const found: { bytes: Uint8Array; label: number }[] = [];
  for (const set of readdirSync(folder).sort()) {
    const tars = readdirSync(join(folder, set, "test")).filter((file) => file.endsWith(".tar"));
    for (const tar of tars.sort()) {
      const members = await readTar(join(folder, set, "test", tar));
      for (const [name, bytes] of members) {
        const stem = name.slice(0, -extname(name).length);
        if (!name.endsWith(".cls")) found.push({ bytes, label: Number(members.get(`${stem}.cls`)) });
      }
    }
  }
  return found;
}

async function readTar(path: string): Promise<Map<string, Buffer>> {
  const members = new Map<string, Buffer>();
  const stream = extract();
  stream.end(readFileSync(path));
  for await (const entry of stream) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    members.set(entry.header.name, Buffer.concat(chunks));
  }
  return members;
}
