/**
 * Whether a path named in a file stays below that file's folder, on every system: it is relative and no ".." leads out.
 * Links on the way may lead anywhere: the owner of the folder made them, and the Hub's cache consists of links.
 */
export function staysInside(path: string): boolean {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path) || path.includes("\0")) return false;
  let depth = 0;
  for (const segment of path.split(/[/\\]/)) {
    if (segment === "" || segment === ".") continue;
    depth += segment === ".." ? -1 : 1;
    if (depth < 0) return false;
  }
  return depth > 0;
}
