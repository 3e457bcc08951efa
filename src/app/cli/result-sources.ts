const DEFAULT_RESULTS = "results";

/**
 * Returns the distinct results that a command reads: its arguments and those of `--results`; by default the folder
 * `results`.
 */
export function resultSources(inputs: readonly string[], named: readonly string[] = []): string[] {
  const all = new Set([...inputs, ...named]);
  return all.size > 0 ? [...all] : [DEFAULT_RESULTS];
}
