import { createHash } from "node:crypto";

/**
 * Identifies the content of a set of labeled images, independently of its location: SHA-256 over class and content of every
 * image. It does not depend on names, order or container, so copies of a set on two machines have the same identity.
 *
 * @param images      hash and class of each
 * @param classNames  label → name of the class: its published folder name
 * @returns 64 hexadecimal digits
 */
export function setIdentity(
  images: Iterable<{ readonly sha256: string; readonly label: number }>,
  classNames: readonly string[],
): string {
  const lines: string[] = [];
  for (const { sha256, label } of images) lines.push(`${sha256} ${classNames[label] ?? label}\n`);
  lines.sort();
  const hash = createHash("sha256").update("shiftline set 1\n");
  for (const line of lines) hash.update(line);
  return hash.digest("hex");
}
