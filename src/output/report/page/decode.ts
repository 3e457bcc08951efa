import { decodeCounts, decodePairs, rowSums } from "../count-codec.ts";
import type {
  BlockNumber,
  ImageSetDetails,
  ReportData,
  ReportDetails,
  ReportImages,
  ReportPictures,
  StoredImageSet,
} from "../report-data.ts";

/** Reads the initial data of the page. */
export async function readData(): Promise<ReportData> {
  return (await unpack("data")) as ReportData;
}

/** `ReportDetails` with decoded counts. */
export interface OpenDetails extends Omit<ReportDetails, "sets"> {
  readonly sets: readonly ImageSetDetails[];
}

/** Reads the counts by class and pair, and the recipes: more than the first screen needs. */
export async function readDetails(): Promise<OpenDetails> {
  const details = (await unpack("details")) as ReportDetails;
  return { ...details, sets: await Promise.all(details.sets.map(openCounts)) };
}

async function openCounts(stored: StoredImageSet): Promise<ImageSetDetails> {
  const { checkpoints } = stored;
  const { counts: correct, order } = decodeCounts(await readBlock(stored.correct), checkpoints.length);
  if (stored.both === null) return { ...stored, correct, both: null };
  const right = rowSums(correct, checkpoints.length);
  return { ...stored, correct, both: decodePairs(await readBlock(stored.both), right, order) };
}

/** Reads the description of the single images, without the images. */
export async function readImages(): Promise<ReportImages> {
  return (await unpack("single-images")) as ReportImages;
}

export function readPictures(): ReportPictures {
  return JSON.parse(textOf("pictures")) as ReportPictures;
}

let blocks: readonly string[] | undefined;

/** Reads a block of bytes. */
export async function readBlock(number: BlockNumber): Promise<Uint8Array<ArrayBuffer>> {
  blocks ??= textOf("blocks").split("\n");
  return new Uint8Array(await inflate(blocks[number] as string).arrayBuffer());
}

async function unpack(id: string): Promise<unknown> {
  return await inflate(textOf(id)).json();
}

function inflate(base64: string): Response {
  const stream = new Blob([bytesFrom(base64)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream);
}

function bytesFrom(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? "";
}
