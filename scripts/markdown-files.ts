import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders without a file that is committed, or whose Markdown is made. */
const SKIPPED = new Set([".git", "node_modules", "dist", "coverage", ".shiftline", "pages", "cache"]);

/**
 * @param root the checkout
 * @returns paths of its Markdown files, relative to it, sorted; results of runs are left out
 */
export function markdownFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile() && entry.name.endsWith(".md")) found.push(path);
      if (entry.isDirectory() && !SKIPPED.has(entry.name) && path !== "results") walk(path);
    }
  };
  walk("");
  return found.sort();
}
