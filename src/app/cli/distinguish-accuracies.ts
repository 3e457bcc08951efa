import {
  type DistinguishedNames,
  distinguishNames,
  type NamedAccuracy,
  type ShippedHashes,
} from "../../analysis/robustness/distinguish-names.ts";
import { readClassNames } from "../../evaluation/classifier/class-names.ts";
import { readTemplateSet } from "../../evaluation/classifier/template.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { evaluationKey } from "../../foundation/evaluation-key.ts";
import { listNamedFiles } from "../../foundation/files/named-data.ts";

/** Renames different protocols and prompts that share a name, see {@link distinguishNames}. */
export async function distinguishAccuracies(
  ...lists: readonly (readonly NamedAccuracy[])[]
): Promise<DistinguishedNames> {
  return distinguishNames(lists.flat(), await shippedHashes());
}

/** Applies these new names to a result. */
export function renameResult<Result extends StoredResult>(stored: Result, { rename }: DistinguishedNames): Result {
  const key = evaluationKey(stored.metrics);
  const named = rename({ ...key, made: stored.made });
  const names = { protocol: named.protocol, templates: named.templates, classNames: named.classNames };
  return { ...stored, metrics: { ...stored.metrics, ...names } };
}

async function shippedHashes(): Promise<ShippedHashes> {
  const hashes = async (folder: string, ending: string, read: (id: string) => Promise<{ readonly sha256: string }>) => {
    const files = await listNamedFiles(folder, ending);
    return new Map(await Promise.all(files.map(async ({ id }) => [id, (await read(id)).sha256] as const)));
  };
  return {
    templates: await hashes("prompts/templates", ".txt", readTemplateSet),
    classNames: await hashes("prompts/class-names", ".csv", readClassNames),
  };
}
