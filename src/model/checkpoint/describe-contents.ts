import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { isWeightName } from "./weight-names.ts";

/** Maximum number of names in a message. */
const FEW = 5;
/** Maximum number of folders that are searched for checkpoints. */
const MAX_FOLDERS = 64;

/**
 * Describes a folder without graphs and weights for a message: it is empty, or contains checkpoints one level below, or other
 * files.
 */
export function describeContents(root: string): string {
  const entries = listEntries(root);
  if (entries.length === 0) return "the folder is empty";
  return (
    describeCheckpoints(root) ??
    `it contains ${joinFew(entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)))}`
  );
}

/** Names the folders one level below that are checkpoints, for a message; null if there are none. */
export function describeCheckpoints(root: string): string | null {
  const folders = listEntries(root)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const below = folders.slice(0, MAX_FOLDERS).filter((name) => holdsModel(join(root, name)));
  return below.length > 0 ? `these folders in it may be checkpoints: ${joinFew(below)}; give one of them` : null;
}

function holdsModel(folder: string): boolean {
  const names = listEntries(folder).map(({ name }) => name);
  return names.some((name) => isWeightName(name) || name.endsWith(".onnx") || name === "onnx");
}

/** Entries sorted by name; none if the folder cannot be listed, which is reported elsewhere. */
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
