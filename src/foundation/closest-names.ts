export interface ClosestOptions {
  /** maximum number of names; default: 5 */
  readonly count?: number;
  /** whether the wanted name may be a part of a name: text before and after it does not count */
  readonly ofParts?: boolean;
}

/** Returns the names with the smallest edit distance from a name, ignoring case, nearest first. */
export function closestNames(wanted: string, names: readonly string[], options: ClosestOptions = {}): string[] {
  const { count = 5, ofParts = false } = options;
  const distances = names.map((name) => ({
    name,
    distance: editDistance(wanted.toLowerCase(), name.toLowerCase(), ofParts),
  }));
  distances.sort((a, b) => a.distance - b.distance);
  return distances.slice(0, count).map(({ name }) => name);
}

/** Maximum edits of a mistyped name: one per three letters. */
const LETTERS_PER_CHANGE = 3;

/** Returns the name that a mistyped name most likely means: the nearest, if few letters differ; else undefined. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const [nearest] = closestNames(wanted, names, { count: 1 });
  if (nearest === undefined) return undefined;
  const allowed = Math.max(1, Math.ceil(Math.min(wanted.length, nearest.length) / LETTERS_PER_CHANGE));
  return editDistance(wanted.toLowerCase(), nearest.toLowerCase(), false) <= allowed ? nearest : undefined;
}

/** Levenshtein distance of two texts, or of the first from the nearest part of the second (Sellers 1980). */
function editDistance(a: string, b: string, ofParts: boolean): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => (ofParts ? 0 : column));
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    previous = current;
  }
  return ofParts ? Math.min(...previous) : (previous[b.length] as number);
}
