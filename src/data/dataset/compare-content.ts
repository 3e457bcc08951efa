/** An image at one time. `label` is its class; `sha256` is null where it was not read. */
export interface ContentEntry {
  readonly path: string;
  readonly sha256: string | null;
  readonly label: number;
  /** shows a change where the hash was not read; 0 where the container does not state sizes */
  readonly bytes?: number;
}

/** The changes of a benchmark's images between two times, by path. */
export interface ContentChanges {
  /** the same path with other content */
  readonly changed: readonly string[];
  /** the same content under another path, or in another class (`relabeled`) */
  readonly moved: readonly { readonly from: string; readonly to: string; readonly relabeled: boolean }[];
  /** no longer at its path, and not elsewhere */
  readonly gone: readonly string[];
  readonly added: readonly string[];
}

/**
 * Compares the images of two times. Every image of `before` is unchanged, changed, moved away or gone, and every one of
 * `after` is unchanged, changed, moved here or added. If an image is overwritten by another one from elsewhere, it is
 * gone and the other one is moved. Images with the same content are first matched within the same class.
 *
 * @param before  with the hashes of all images
 * @param after   an image with null as hash is unchanged if `before` has its path with the same `bytes`, or no bytes are
 *   given
 */
export function compareContent(before: readonly ContentEntry[], after: readonly ContentEntry[]): ContentChanges {
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const now = new Map(after.map((entry) => [entry.path, entry]));
  const isUnchanged = (a: ContentEntry, b: ContentEntry | undefined) => b !== undefined && !differs(a, b);
  const left = before.filter((entry) => !isUnchanged(entry, now.get(entry.path)));
  const came = after.filter((entry) => !isUnchanged(entry, old.get(entry.path)));
  const movedTo = new Map<string, ContentEntry>();
  const movedFrom = new Set<string>();
  for (const keyOf of [withLabel, ({ sha256 }: ContentEntry) => sha256]) {
    const waiting = groupBy(left, (entry) => (movedFrom.has(entry.path) ? null : keyOf(entry)));
    for (const entry of came) {
      const key = movedTo.has(entry.path) ? null : keyOf(entry);
      const from = key === null ? undefined : waiting.get(key)?.pop();
      if (from === undefined) continue;
      movedTo.set(entry.path, from);
      movedFrom.add(from.path);
    }
  }
  const moved = came.flatMap((entry) => {
    const from = movedTo.get(entry.path);
    return from === undefined ? [] : [{ from: from.path, to: entry.path, relabeled: from.label !== entry.label }];
  });
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

function withLabel({ sha256, label }: ContentEntry): string | null {
  return sha256 === null ? null : `${sha256} ${label}`;
}

/** Groups entries by key, in reverse order; entries without a key are left out. */
function groupBy(
  entries: readonly ContentEntry[],
  keyOf: (entry: ContentEntry) => string | null,
): Map<string, ContentEntry[]> {
  const groups = new Map<string, ContentEntry[]>();
  for (const entry of entries.toReversed()) {
    const key = keyOf(entry);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}

function differs(a: ContentEntry, b: ContentEntry): boolean {
  if (a.label !== b.label) return true;
  if (a.sha256 !== null && b.sha256 !== null) return a.sha256 !== b.sha256;
  return Boolean(a.bytes) && Boolean(b.bytes) && a.bytes !== b.bytes;
}
