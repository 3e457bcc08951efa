/**
 * What systems and tools leave among images, by name: hidden files and folders, thumbnails of network storage, recycle
 * bins, resource forks in archives. None of it belongs to a set, though much of it is called .jpg.
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

/** Hidden things that are named in messages as they are; of others it is said that they are hidden. */
const HIDDEN = new Set([".DS_Store", ".ipynb_checkpoints", ".Trashes", ".Spotlight-V100", ".fseventsd", ".@__thumb"]);

/** The kind of clutter a file or folder of this name is, as messages call it; null for what is none. */
export function clutterKind(name: string): string | null {
  if (name.startsWith("._")) return "._*";
  if (name.startsWith(".")) return HIDDEN.has(name) ? name : /^\.Trash/.test(name) ? ".Trash*" : "hidden (.*)";
  return NAMES.get(name.toLowerCase()) ?? null;
}

/** Clutter that was skipped: kind → how many files and folders; what is in such a folder is not looked at. */
export type ClutterCounts = ReadonlyMap<string, number>;

/** "@eaDir (3), ._* (1)", most frequent first; empty where there is none. */
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
