import { InputError } from "../../foundation/errors.ts";
import { isKind, type PickleDict, type PickleRecord, type PickleValue } from "./pickle-value.ts";

/**
 * Builds the state dict of a module that was pickled whole, or of a TorchScript module: its parameters and buffers and those of
 * its submodules, by names joined with dots.
 *
 * @param budget maximum total length of all names in characters: a shared module has several names
 * @returns null if `root` is not a module
 * @throws InputError if the names exceed the budget, or a module contains itself
 */
export function moduleTensors(
  root: PickleValue,
  where: string,
  budget: number,
): ReadonlyMap<string, PickleValue> | null {
  const read = new Map<PickleValue, Attributes | null>();
  const attributes = (value: PickleValue): Attributes | null => {
    if (!isKind(value, "record")) return null;
    const known = read.get(value);
    const found = known === undefined ? attributesOf(value) : known;
    read.set(value, found);
    return found;
  };
  if (attributes(root) === null) return null;
  const found = new Map<string, PickleValue>();
  const open = new Set<PickleRecord>();
  let left = budget;
  // Leaving a module is a separate step, so that deeply nested modules need no deep call stack
  const steps: ({ readonly module: PickleRecord; readonly prefix: string } | { readonly leave: PickleRecord })[] = [
    { module: root as PickleRecord, prefix: "" },
  ];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if ("leave" in step) {
      open.delete(step.leave);
      continue;
    }
    const { module, prefix } = step;
    if (open.has(module)) throw new InputError(`${where}: a module contains itself; save its state_dict() instead`);
    open.add(module);
    steps.push({ leave: module });
    const modules: typeof steps = [];
    for (const [name, value] of attributes(module) ?? []) {
      left -= prefix.length + name.length + 1;
      if (left < 0) throw new InputError(`${where}: its modules have too many names; save its state_dict() instead`);
      if (attributes(value) !== null) modules.push({ module: value as PickleRecord, prefix: `${prefix}${name}.` });
      else found.set(`${prefix}${name}`, value);
    }
    for (const inner of modules.reverse()) steps.push(inner);
  }
  return found;
}

type Attributes = readonly (readonly [string, PickleValue])[];

/** The attributes of a module by name; null if a value is not a module. */
function attributesOf(value: PickleRecord): Attributes | null {
  if (value.problem !== null || !isKind(value.state, "dict")) return null;
  const { state } = value;
  if (value.name.startsWith("__torch__.")) return named(state);
  const [parameters, buffers, modules] = ["_parameters", "_buffers", "_modules"].map((name) =>
    state.entries?.get(name),
  );
  if (!isKind(parameters, "dict") || !isKind(buffers, "dict") || !isKind(modules, "dict")) return null;
  const hidden = nonPersistent(state.entries?.get("_non_persistent_buffers_set"));
  const kept = named(buffers).filter(([name]) => !hidden.has(name));
  return [...named(parameters), ...kept, ...named(modules)].filter(([, inner]) => inner !== null);
}

function named({ entries }: PickleDict): Attributes {
  return [...(entries ?? [])].filter((entry): entry is [string, PickleValue] => typeof entry[0] === "string");
}

/** Names of the buffers that a state dict omits: a set, which protocol 2 writes as a call. */
function nonPersistent(value: PickleValue | undefined): ReadonlySet<PickleValue> {
  const set = isKind(value, "record") && isKind(value.args, "tuple") ? value.args.items[0] : value;
  return new Set(isKind(set, "list") || isKind(set, "set") ? set.items : []);
}
