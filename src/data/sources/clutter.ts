/**
 * Names of files and folders that systems and tools leave among images: hidden files, thumbnails of network storage,
 * recycle bins, resource forks in archives. None of them belong to a set, although many are named .jpg.
 */
const NAMES = new Map(
  [
    "__MACOSX",
    "@eaDir",
    "@tmp",
    "@Recycle",
    "@Recently-Snapshot",
    "#recycle",
    "#snapshot",
    "$RECYCLE.BIN",
    "RECYCLER",
    "System Volume Information",
    "lost+found",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
  ].map((name) => [name.toLowerCase(), name]),
);

/** Hidden entries that messages name; other ones are only reported as hidden. */
const HIDDEN = new Set([".DS_Store", ".ipynb_checkpoints", ".Trashes", ".Spotlight-V100", ".fseventsd", ".@__thumb"]);

/** Returns the kind of clutter of a file or folder name, as shown in messages; null for other names. */
export function clutterKind(name: string): string | null {
  if (name.startsWith("._")) return "._*";
  if (name.startsWith(".")) return HIDDEN.has(name) ? name : /^\.Trash/.test(name) ? ".Trash*" : "hidden (.*)";
  return NAMES.get(name.toLowerCase()) ?? null;
}

/** Clutter that was skipped: kind → number of files and folders. The content of such folders is not examined. */
export type ClutterCounts = ReadonlyMap<string, number>;

/** Formats counts as "@eaDir (3), ._* (1)", most frequent first; empty where there are none. */
export function describeClutter(counts: ClutterCounts): string {
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([kind, count]) => `${kind} (${count})`).join(", ");
}

/** Counts a name if it is clutter. @returns whether it is */
export function countClutter(counts: Map<string, number>, name: string): boolean {
  const kind = clutterKind(name);
  if (kind === null) return false;
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return true;
}
