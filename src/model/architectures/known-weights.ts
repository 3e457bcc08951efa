import { resolve } from "node:path";
import type { OpenClipNames, PretrainedName } from "./open-clip-names.ts";

/** Number of path components, from the file upwards, whose names may identify the weights: the Hub's cache adds two. */
const NAMING_PARTS = 4;
/** Families of weights whose tags differ in the training data; a name such as `metaclip_b32.pt` identifies only the family. */
const FAMILIES = ["metaclip", "dfn"];
/** The score of a published repository or file name; higher than that of any tag. */
const PUBLISHED = 1000;
/** OpenAI's file names equal model names, which other weights also use. Its archives are identified by their content. */
const UNINFORMATIVE_NAME = "openai";

/**
 * Finds open_clip's pretrained names in a path: by the repository on the Hugging Face Hub, the published file name, or the
 * pretrained tag in the name of the file or of a parent folder.
 *
 * @param path   of the weight file
 * @param models open_clip's names of the weights' architecture; names of other architectures are excluded
 * @returns the most specific matches, several if the path does not distinguish them; empty if there is none
 */
export function knownWeights(names: OpenClipNames, path: string, models: readonly string[]): readonly PretrainedName[] {
  const parts = pathParts(path);
  const rows = names.pretrained.filter(({ model }) => models.includes(model));
  const scored = rows.map((row) => ({ row, score: Math.max(...parts.map((part) => score(row, part))) }));
  const best = Math.max(0, ...scored.map((entry) => entry.score));
  return best === 0 ? [] : scored.filter((entry) => entry.score === best).map(({ row }) => row);
}

/**
 * Whether a path contains a published name: the repository, the file's name, or a file name that consists only of the tag or
 * family. A tag among other words, or in a folder's name, may also refer to the data of another training run:
 * `runs/rn50-cc12m/epoch_32.pt`.
 */
export function isPublishedName(row: PretrainedName, path: string): boolean {
  const parts = pathParts(path);
  const file = parts.at(-1) as string;
  if (parts.some((part) => score(row, part) === PUBLISHED)) return true;
  return file === clean(row.tag) || FAMILIES.some((family) => row.tag.startsWith(family) && file === family);
}

function pathParts(path: string): string[] {
  const parts = resolve(path).split(/[/\\]/).slice(-NAMING_PARTS);
  // The Hub's cache names a repository's folder models--organization--repository
  return parts.map((part) => clean(part.replace(/^models--.*--/, "").replace(/\.(pt|pth|bin|safetensors|json)$/, "")));
}

/** How specifically a part of a path names weights; 0 for no match. */
function score({ tag, repository, file }: PretrainedName, part: string): number {
  if (repository !== null && clean(repository.replace(/^.*\//, "")) === part) return PUBLISHED;
  if (file !== null && tag !== UNINFORMATIVE_NAME && clean(file.replace(/\.\w+$/, "")) === part) return PUBLISHED;
  if (hasWord(part, clean(tag))) return tag.length;
  return FAMILIES.some((family) => tag.startsWith(family) && hasWord(part, family)) ? 1 : 0;
}

const clean = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, "_");

const hasWord = (part: string, word: string) => `_${part}_`.includes(`_${word}_`);
