export interface ClosestOptions {
  /** names to give at most; default: 5 */
  readonly count?: number;
  /** whether a part of a name may be meant: what stands before and after it does not count */
  readonly ofParts?: boolean;
}

/** Names that differ least from a name, by edit distance without regard to case; the nearest first. */
export function closestNames(wanted: string, names: readonly string[], options: ClosestOptions = {}): string[] {
  const { count = 5, ofParts = false } = options;
  const distances = names.map((name) => ({
    name,
    distance: editDistance(wanted.toLowerCase(), name.toLowerCase(), ofParts),
  }));
  distances.sort((a, b) => a.distance - b.distance);
  return distances.slice(0, count).map(({ name }) => name);
}

/** Changes that a mistyped name has at most: for each three letters, one. */
const LETTERS_PER_CHANGE = 3;

/** The name that is meant by a mistyped one: the nearest, if few letters differ; undefined where none is near. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const [nearest] = closestNames(wanted, names, { count: 1 });
  if (nearest === undefined) return undefined;
  const allowed = Math.max(1, Math.ceil(Math.min(wanted.length, nearest.length) / LETTERS_PER_CHANGE));
  return editDistance(wanted.toLowerCase(), nearest.toLowerCase(), false) <= allowed ? nearest : undefined;
}

/** Levenshtein's distance of two texts, or of the first from the nearest part of the second (Sellers 1980). */
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
