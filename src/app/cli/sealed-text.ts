import { createHash } from "node:crypto";

/** First line of a text file that users may extend: identifies files written by this program, and detects changes. */
const SEAL = /^% made by shiftline; sha256 of what follows: ([0-9a-f]{64})\n/;

/** Prepends a line with the hash of a BibTeX text. */
export function sealText(text: string): string {
  return `% made by shiftline; sha256 of what follows: ${hashOf(text)}\n${text}`;
}

/** Whether a text is unchanged since {@link sealText}. */
export function isSealed(text: string): boolean {
  const seal = SEAL.exec(text);
  return seal !== null && hashOf(text.slice(seal[0].length)) === seal[1];
}

function hashOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
