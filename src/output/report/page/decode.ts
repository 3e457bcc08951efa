import type { ReportData, ReportDetails, ReportMistakes } from "../report-data.ts";

/** Reads the data that the page opens with. */
export async function readData(): Promise<ReportData> {
  return (await unpack("data")) as ReportData;
}

/** Reads the counts by class and pair, and the recipes: more than the first screen needs. */
export async function readDetails(): Promise<ReportDetails> {
  return (await unpack("details")) as ReportDetails;
}

export function readMistakes(): ReportMistakes {
  return JSON.parse(textOf("mistakes")) as ReportMistakes;
}

/** Numbers that `ImageSetDetails` holds as text. */
export function uint16From(base64: string): Uint16Array {
  return new Uint16Array(bytesFrom(base64).buffer);
}

export function uint32From(base64: string): Uint32Array {
  return new Uint32Array(bytesFrom(base64).buffer);
}

async function unpack(id: string): Promise<unknown> {
  const stream = new Blob([bytesFrom(textOf(id))]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
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
