/** An image at one time. `label` is its class; `sha256` is null where it was not read. */
export interface ContentEntry {
  readonly path: string;
  readonly sha256: string | null;
  readonly label: number;
  /** tells a change where the hash was not read */
  readonly bytes?: number;
}

/** What became of a benchmark's images between two times, by path. */
export interface ContentChanges {
  /** other content under the same path */
  readonly changed: readonly string[];
  /** the same content under another path; `relabelled` where that is another class */
  readonly moved: readonly { readonly from: string; readonly to: string; readonly relabelled: boolean }[];
  /** no longer there, nor elsewhere */
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/**
 * Compares the images of two times. Every image of `before` is unchanged, changed, moved away or gone, and every one of
 * `after` is unchanged, changed, moved here or added: an image that was overwritten by another that was elsewhere
 * before is gone, and the other moved.
 *
 * @param before  hashes of all
 * @param after   with null as hash, a path of before with the same `bytes` (or none given) counts as unchanged
 */
export function compareContent(before: readonly ContentEntry[], after: readonly ContentEntry[]): ContentChanges {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const now = new Map(after.map((entry) => [entry.path, entry]));
  const isSame = (a: ContentEntry, b: ContentEntry | undefined) => b !== undefined && !differs(a, b);
  const left = before.filter((entry) => !isSame(entry, now.get(entry.path)));
  const came = after.filter((entry) => !isSame(entry, old.get(entry.path)));
  const byContent = new Map<string, ContentEntry[]>();
  for (const entry of left) {
    if (entry.sha256 !== null) byContent.set(entry.sha256, [...(byContent.get(entry.sha256) ?? []), entry]);
  }
  const moved: { from: string; to: string; relabelled: boolean }[] = [];
  const movedFrom = new Set<string>();
  const movedTo = new Set<string>();
  for (const entry of came) {
    const from = entry.sha256 === null ? undefined : byContent.get(entry.sha256)?.shift();
    if (from === undefined) continue;
    moved.push({ from: from.path, to: entry.path, relabelled: from.label !== entry.label });
    movedFrom.add(from.path);
    movedTo.add(entry.path);
  }
  const gone = left.filter(({ path }) => !movedFrom.has(path)).map(({ path }) => path);
  const added = new Set(came.filter(({ path }) => !movedTo.has(path)).map(({ path }) => path));
  const changed = new Set(gone.filter((path) => added.has(path)));
  return {
    changed: [...changed],
    moved,
    gone: gone.filter((path) => !changed.has(path)),
    added: [...added].filter((path) => !changed.has(path)),
  };
}

function differs(a: ContentEntry, b: ContentEntry): boolean {
  if (a.bytes !== undefined && b.bytes !== undefined && a.bytes !== b.bytes) return true;
  return a.sha256 !== null && b.sha256 !== null && a.sha256 !== b.sha256;
}
