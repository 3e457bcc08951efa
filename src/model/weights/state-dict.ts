import { InputError } from "../../foundation/errors.ts";
import { moduleTensors } from "./module-tensors.ts";
import { describeValue, isKind, type PickleDict, type PickleValue } from "./pickle-value.ts";
import { shown } from "./zip-directory.ts";

/** Where training code puts a state dict, in the order in which they are looked for; open_clip's first. */
const PLACES = ["state_dict", "model", "model_state_dict", "module"];
/** Entries listed in a message. */
const LISTED = 12;

export interface StateDict {
  /** what stands under each name, tensors and the rest */
  readonly entries: ReadonlyMap<string, PickleValue>;
  readonly notes: readonly string[];
}

/**
 * Finds the state dict in what a checkpoint's pickle holds: itself, or under a name that is usual; a module that was
 * pickled whole gives its own.
 *
 * @param budget characters that all names may have together
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
    return { entries, notes: [`the state dict lies under ${shown(place)}${restNote(root, value)}`] };
  }
  const bare = named(root);
  if (hasTensor(bare)) return { entries: bare, notes: [] };
  const keys = [...(root.entries?.keys() ?? [])].slice(0, LISTED);
  const list = keys.map((key) => (typeof key === "string" ? shown(key) : describeValue(key))).join(", ") || "nothing";
  throw new InputError(
    `${where}: no tensors at its top, nor under ${PLACES.map(shown).join(", ")}; it holds ${list}; save the state dict alone: torch.save(checkpoint[…], path)`,
  );
}

/** Names the other state dicts of a checkpoint, an average of weights say: which is meant is the user's to know. */
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
  return `; tensors under ${names.slice(0, LISTED).join(", ")} are not read`;
}

function hasTensor(entries: ReadonlyMap<PickleValue, PickleValue>): boolean {
  for (const value of entries.values()) if (isKind(value, "tensor")) return true;
  return false;
}

function named({ entries }: PickleDict): ReadonlyMap<string, PickleValue> {
  return new Map([...(entries ?? [])].filter((entry): entry is [string, PickleValue] => typeof entry[0] === "string"));
}
