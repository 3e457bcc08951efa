import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { isWeightName } from "./weight-names.ts";

/** Names in a message. */
const FEW = 5;
/** Folders that are looked into for checkpoints. */
const MAX_FOLDERS = 64;

/** What a folder without graphs and weights holds, for the message: nothing, checkpoints one level below, or other files. */
export function describeContents(root: string): string {
  const entries = listEntries(root);
  if (entries.length === 0) return "the folder is empty";
  return (
    describeCheckpoints(root) ??
    `it holds ${joinFew(entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)))}`
  );
}

/** Which folders one level below are checkpoints, for the message; null where none is. */
export function describeCheckpoints(root: string): string | null {
  const folders = listEntries(root)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const below = folders.slice(0, MAX_FOLDERS).filter((name) => holdsModel(join(root, name)));
  return below.length > 0 ? `checkpoints may be the folders in it: ${joinFew(below)}; give those` : null;
}

function holdsModel(folder: string): boolean {
  const names = listEntries(folder).map(({ name }) => name);
  return names.some((name) => isWeightName(name) || name.endsWith(".onnx") || name === "onnx");
}

/** Entries in the order of their names; none where the folder cannot be listed, which is said elsewhere. */
function listEntries(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter(({ name }) => !name.startsWith(".")).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function joinFew(names: readonly string[]): string {
  const more = names.length - FEW;
  return `${names.slice(0, FEW).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
