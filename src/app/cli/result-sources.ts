const DEFAULT_RESULTS = "results";

/**
 * The results that a command reads, each once: its arguments and those of `--results`; the folder `results` where there
 * are none.
 */
export function resultSources(inputs: readonly string[], named: readonly string[] = []): string[] {
  const all = new Set([...inputs, ...named]);
  return all.size > 0 ? [...all] : [DEFAULT_RESULTS];
}
