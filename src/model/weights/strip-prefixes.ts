import { InputError } from "../../foundation/errors.ts";
import { shown } from "./zip-directory.ts";

/** What PyTorch's wrappers put before the names of all tensors: DistributedDataParallel and DataParallel, torch.compile. */
const WRAPPERS = ["module.", "_orig_mod."];
/** torch.compile of a part of a model. */
const COMPILED = /(?<=^|\.)_orig_mod\./g;

/**
 * Names without what wrappers of PyTorch put before them: `module.` where every name has it, `_orig_mod.` wherever it stands.
 *
 * @returns values by the names without prefixes, and what was removed, for a note
 * @throws InputError if two names are the same then
 */
export function stripPrefixes<Value>(
  entries: ReadonlyMap<string, Value>,
  where: string,
): { entries: ReadonlyMap<string, Value>; notes: string[] } {
  let names = [...entries.keys()];
  const removed = new Set<string>();
  for (let prefix = commonPrefix(names); prefix !== null; prefix = commonPrefix(names)) {
    removed.add(prefix);
    const { length } = prefix;
    names = names.map((name) => name.slice(length));
  }
  names = names.map((name) => {
    if (!name.includes("_orig_mod.")) return name;
    const stripped = name.replace(COMPILED, "");
    if (stripped !== name) removed.add("_orig_mod.");
    return stripped;
  });
  if (removed.size === 0) return { entries, notes: [] };
  const found = new Map<string, Value>();
  const values = [...entries.values()];
  for (const [i, name] of names.entries()) {
    if (found.has(name)) {
      throw new InputError(`${where}: two tensors are called ${shown(name)} without ${[...removed].join(", ")}`);
    }
    found.set(name, values[i] as Value);
  }
  const verb = removed.size === 1 ? "was" : "were";
  return { entries: found, notes: [`${[...removed].join(" and ")} ${verb} removed from the names of tensors`] };
}

function commonPrefix(names: readonly string[]): string | null {
  const [first] = names;
  if (first === undefined) return null;
  const prefix = WRAPPERS.find((wrapper) => first.startsWith(wrapper));
  return prefix !== undefined && names.every((name) => name.startsWith(prefix)) ? prefix : null;
}
