/**
 * Finds the names that a pattern matches, ignoring case. A pattern that equals a name matches that name alone. A
 * pattern with `*` (any characters) or `?` (any character) must match a whole name. Any other pattern matches the names
 * that contain it.
 */
export function matchNames(names: readonly string[], pattern: string): string[] {
  const wanted = pattern.toLowerCase();
  const itself = names.filter((name) => name.toLowerCase() === wanted);
  if (itself.length > 0 || wanted === "") return itself;
  if (!/[*?]/.test(wanted)) return names.filter((name) => name.toLowerCase().includes(wanted));
  return names.filter((name) => isGlobMatch(name.toLowerCase(), wanted));
}

/**
 * Whether a whole name matches a pattern with `*` (any characters) and `?` (any character).
 *
 * Backtracks only to the last `*`, so it takes at most pattern × name steps.
 */
export function isGlobMatch(name: string, glob: string): boolean {
  let [at, part, star, from] = [0, 0, -1, 0];
  while (at < name.length) {
    if (glob[part] === "*") [star, from, part] = [part, at, part + 1];
    else if (glob[part] === "?" || glob[part] === name[at]) [at, part] = [at + 1, part + 1];
    else if (star >= 0) [from, at, part] = [from + 1, from + 1, star + 1];
    else return false;
  }
  while (glob[part] === "*") part++;
  return part === glob.length;
}
