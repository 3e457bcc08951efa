/**
 * The names that a pattern stands for, without regard to case: the name itself where it is among them; else, of a pattern with
 * `*` (any characters) or `?` (any character), those that it matches from end to end; else those that contain it.
 */
export function matchNames(names: readonly string[], pattern: string): string[] {
  const wanted = pattern.toLowerCase();
  const itself = names.filter((name) => name.toLowerCase() === wanted);
  if (itself.length > 0 || wanted === "") return itself;
  if (!/[*?]/.test(wanted)) return names.filter((name) => name.toLowerCase().includes(wanted));
  return names.filter((name) => isGlobMatch(name.toLowerCase(), wanted));
}

/**
 * Whether a name matches a pattern with `*` (any characters) and `?` (any character) from end to end.
 *
 * Goes back to the last `*` where the rest does not match: no pattern takes more than pattern × name steps.
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
