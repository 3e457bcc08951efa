import { posix } from "node:path";
import { type ContentEntry, compareContent } from "../../data/dataset/compare-content.ts";
import { count, plural } from "../../foundation/number-text.ts";
import type { DataProblem } from "../inspection/inspect-benchmark-problems.ts";

/** Reference that a benchmark's copy is compared with. */
export interface Reference {
  /** path of its file */
  readonly path: string;
  readonly images: readonly ContentEntry[];
}

/** A problem without its location. */
type Found = Omit<DataProblem, "benchmark" | "root">;

/**
 * Finds differences between a copy and its reference. Names and order do not affect scores, so renamed images are only
 * noted.
 *
 * @param now         all images of the copy
 * @param unreadable  paths of unreadable images, which are not reported as altered
 */
export function referenceProblems(
  reference: Reference,
  now: readonly ContentEntry[],
  unreadable: ReadonlySet<string>,
): Found[] {
  const { moved, ...changes } = compareContent(reference.images, now);
  const altered = changes.changed.filter((path) => !unreadable.has(path));
  const relabeled = moved.filter((move) => move.relabeled);
  const renamed = moved.filter((move) => !move.relabeled);
  const kept = reference.images.length - altered.length - changes.gone.length;
  if (reference.images.length > 0 && now.length > 0 && kept === 0) {
    const message = `none of its ${count(now.length)} images is one of the ${count(reference.images.length)} in ${reference.path}: re-encoded, or a different set`;
    return [{ severity: "error", kind: "other images", message, advice: advise("put them back"), items: [] }];
  }
  const problems: Found[] = [];
  const add = (kind: string, items: readonly string[], message: string, step: string) => {
    if (items.length === 0) return;
    const text = `${message} ${reference.path}: ${count(items.length)}`;
    problems.push({ severity: "error", kind, message: text, advice: advise(step), items });
  };
  add("misplaced", relabeled.map(describeMove), "images in a different class than in", "move them back");
  add("altered", altered, "images with different content than in", "restore them");
  add("missing", changes.gone, "missing images of", "put them back");
  add("extra", describeExtra(changes.added, now), "images not in", "remove them");
  if (renamed.length > 0) {
    const whole = renamed.length === now.length ? "the same images, renamed: " : "";
    const message = `${whole}${plural(renamed.length, "image")} with different names than in ${reference.path}`;
    const items = renamed.map(({ from, to }) => `${to}: ${from} there`);
    problems.push({ severity: "note", kind: "renamed", message, advice: "", items });
  }
  return problems;
}

function advise(step: string): string {
  return `${step}; if this is intended, make the current state the reference with --accept`;
}

function describeMove({ from, to }: { readonly from: string; readonly to: string }): string {
  if (from === to) return `${to}: different label`;
  if (posix.basename(from) !== posix.basename(to)) return `${to}: ${from} there`;
  return `${posix.basename(to)}: in ${posix.dirname(to)}, there in ${posix.dirname(from)}`;
}

/** Lists new images, with the originals that they duplicate. */
function describeExtra(added: readonly string[], now: readonly ContentEntry[]): string[] {
  if (added.length === 0) return [];
  const isAdded = new Set(added);
  const hashOf = new Map(now.map(({ path, sha256 }) => [path, sha256]));
  const first = new Map<string, string>();
  for (const { path, sha256 } of now) {
    if (sha256 !== null && !isAdded.has(path) && !first.has(sha256)) first.set(sha256, path);
  }
  return added.map((path) => {
    const original = first.get(hashOf.get(path) ?? "");
    return original === undefined ? path : `${path}: a copy of ${original}`;
  });
}
