import { resolve } from "node:path";
import type { OpenClipNames, PretrainedName } from "./open-clip-names.ts";

/** Folders of a path, from the file upwards, whose names may say what the weights are: the Hub's cache puts two between. */
const NAMING_PARTS = 4;
/** Families of weights whose tags differ in what was trained on: `metaclip_b32.pt` is one of them. */
const FAMILIES = ["metaclip", "dfn"];
/** The score of the published name of a repository or file; above any tag's. */
const PUBLISHED = 1000;
/** OpenAI's files have its models' names: those of other weights too. Its archives are known by their content. */
const UNINFORMATIVE_NAME = "openai";

/**
 * The pretrained names of open_clip that a path names: by the repository on the Hugging Face Hub, the file's name as
 * published, or the pretrained tag in the name of the file or of a folder above it.
 *
 * @param path   of the weight file
 * @param models open_clip's names of the architecture that the weights fit; those of other architectures are left out
 * @returns those that are named most exactly, several where the path does not tell them apart; empty for none
 */
export function knownWeights(names: OpenClipNames, path: string, models: readonly string[]): readonly PretrainedName[] {
  const parts = pathParts(path);
  const rows = names.pretrained.filter(({ model }) => models.includes(model));
  const scored = rows.map((row) => ({ row, score: Math.max(...parts.map((part) => score(row, part))) }));
  const best = Math.max(0, ...scored.map((entry) => entry.score));
  return best === 0 ? [] : scored.filter((entry) => entry.score === best).map(({ row }) => row);
}

/**
 * Whether a path names weights as published: the repository, the file's name, or a file that is called by the tag or family alone.
 * A tag among other words, or in a folder's name, may also be what somebody else's training calls its data:
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

/** How exactly a part of a path names weights: 0 for not at all. */
function score({ tag, repository, file }: PretrainedName, part: string): number {
  if (repository !== null && clean(repository.replace(/^.*\//, "")) === part) return PUBLISHED;
  if (file !== null && tag !== UNINFORMATIVE_NAME && clean(file.replace(/\.\w+$/, "")) === part) return PUBLISHED;
  if (hasWord(part, clean(tag))) return tag.length;
  return FAMILIES.some((family) => tag.startsWith(family) && hasWord(part, family)) ? 1 : 0;
}

const clean = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, "_");

const hasWord = (part: string, word: string) => `_${part}_`.includes(`_${word}_`);
