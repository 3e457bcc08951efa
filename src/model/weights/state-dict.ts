import { InputError } from "../../foundation/errors.ts";
import { moduleTensors } from "./module-tensors.ts";
import { describeValue, isKind, type PickleDict, type PickleValue } from "./pickle-value.ts";
import { shown } from "./zip-directory.ts";

/** Keys under which training code stores a state dict, in the order in which they are tried; open_clip's first. */
const PLACES = ["state_dict", "model", "model_state_dict", "module"];
/** Maximum number of entries in a message. */
const LISTED = 12;

export interface StateDict {
  /** every entry by name, tensors and others */
  readonly entries: ReadonlyMap<string, PickleValue>;
  readonly notes: readonly string[];
}

/**
 * Finds the state dict in the content of a checkpoint's pickle: the content itself, the entry of a usual name, or the state dict
 * of a module that was pickled whole.
 *
 * @param budget maximum total length of all names in characters
 * @throws InputError if there is none
 */
export function findStateDict(root: PickleValue, where: string, budget: number): StateDict {
  const whole = moduleTensors(root, where, budget);
  if (whole !== null) return { entries: whole, notes: [] };
  if (!isKind(root, "dict")) {
    throw new InputError(
      `${where}: expected a state dict, found ${describeValue(root)}; save it with torch.save(model.state_dict(), path)`,
    );
  }
  for (const place of PLACES) {
    const value = root.entries?.get(place) ?? null;
    const entries = isKind(value, "dict") ? named(value) : moduleTensors(value, where, budget);
    if (entries === null || !hasTensor(entries)) continue;
    return { entries, notes: [`the state dict is the entry ${shown(place)}${restNote(root, value)}`] };
  }
  const bare = named(root);
  if (hasTensor(bare)) return { entries: bare, notes: [] };
  const keys = [...(root.entries?.keys() ?? [])].slice(0, LISTED);
  const list = keys.map((key) => (typeof key === "string" ? shown(key) : describeValue(key))).join(", ") || "nothing";
  throw new InputError(
    `${where}: no tensors at its top level or under ${PLACES.map(shown).join(", ")}; it contains ${list}; save the state dict alone: torch.save(checkpoint[…], path)`,
  );
}

/** Names the other state dicts of a checkpoint, such as an average of weights: only the user knows which one is meant. */
function restNote(root: PickleDict, used: PickleValue): string {
  const known = new Map<PickleValue, boolean>([[used, false]]);
  const names: string[] = [];
  for (const [key, value] of root.entries ?? []) {
    if (typeof key !== "string" || !isKind(value, "dict")) continue;
    const holds = known.get(value) ?? hasTensor(value.entries ?? new Map());
    known.set(value, holds);
    if (holds) names.push(shown(key));
  }
  if (names.length === 0) return "";
  return `; the tensors of ${names.slice(0, LISTED).join(", ")} are not read`;
}

function hasTensor(entries: ReadonlyMap<PickleValue, PickleValue>): boolean {
  for (const value of entries.values()) if (isKind(value, "tensor")) return true;
  return false;
}

function named({ entries }: PickleDict): ReadonlyMap<string, PickleValue> {
  return new Map([...(entries ?? [])].filter((entry): entry is [string, PickleValue] => typeof entry[0] === "string"));
}
