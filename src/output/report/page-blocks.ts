import { deflateRawSync } from "node:zlib";
import type { BlockNumber } from "./report-data.ts";

/** Deflates bytes and encodes them as text for a page. */
export function packBytes(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}

/** Encodes plain data as deflated JSON text. */
export function packJson(value: unknown): string {
  return packBytes(Buffer.from(JSON.stringify(value)));
}

/** Appends packed bytes. @returns the number of the block */
export function addBlock(blocks: string[], packed: string): BlockNumber {
  return blocks.push(packed) - 1;
}
