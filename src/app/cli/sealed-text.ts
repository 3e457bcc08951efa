import { createHash } from "node:crypto";

/** First line of a text file that people like to add to: by it one of ours is known, and whether it was changed since. */
const SEAL = /^% made by shiftline; sha256 of what follows: ([0-9a-f]{64})\n/;

/** A BibTeX file's text below a line with its hash. */
export function sealText(text: string): string {
  return `% made by shiftline; sha256 of what follows: ${hashOf(text)}\n${text}`;
}

/** Whether a text is as {@link sealText} made it. */
export function isSealed(text: string): boolean {
  const seal = SEAL.exec(text);
  return seal !== null && hashOf(text.slice(seal[0].length)) === seal[1];
}

function hashOf(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
