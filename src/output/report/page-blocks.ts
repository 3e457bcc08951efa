import { deflateRawSync } from "node:zlib";
import type { BlockNumber } from "./report-data.ts";

/** Deflated bytes as text, as they lie in a page. */
export function packBytes(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}

/** Plain data as text: JSON, deflated. */
export function packJson(value: unknown): string {
  return packBytes(Buffer.from(JSON.stringify(value)));
}

/** Puts packed bytes behind the others. @returns their number */
export function addBlock(blocks: string[], packed: string): BlockNumber {
  return blocks.push(packed) - 1;
}
