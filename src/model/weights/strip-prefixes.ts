/** Prefixes that PyTorch's wrappers add to the names of all tensors: DistributedDataParallel and DataParallel, torch.compile. */
const WRAPPERS = ["module.", "_orig_mod."];
/** Prefix that torch.compile adds to a part of a model. */
const COMPILED = /(?<=^|\.)_orig_mod\./g;

/**
 * Finds the prefixes that PyTorch's wrappers add to the names of tensors: `module.` if every tensor has it, `_orig_mod.` anywhere
 * in a name.
 *
 * @returns a function that removes them from a name, and a note that lists the removed prefixes
 */
export function stripPrefixes(tensorNames: readonly string[]): { strip: (name: string) => string; notes: string[] } {
  const removed = new Set<string>();
  let common = "";
  for (let next = commonPrefix(tensorNames, 0); next !== null; next = commonPrefix(tensorNames, common.length)) {
    removed.add(next);
    common += next;
  }
  const strip = (name: string): string => {
    const rest = name.startsWith(common) ? name.slice(common.length) : name;
    return rest.includes("_orig_mod.") ? rest.replace(COMPILED, "") : rest;
  };
  if (tensorNames.some((name) => strip(name).length < name.length - common.length)) removed.add("_orig_mod.");
  if (removed.size === 0) return { strip, notes: [] };
  const verb = removed.size === 1 ? "was" : "were";
  return { strip, notes: [`${[...removed].join(" and ")} ${verb} removed from the names of tensors`] };
}

function commonPrefix(names: readonly string[], from: number): string | null {
  const [first] = names;
  const prefix = WRAPPERS.find((wrapper) => first?.startsWith(wrapper, from));
  return prefix !== undefined && names.every((name) => name.startsWith(prefix, from)) ? prefix : null;
}
