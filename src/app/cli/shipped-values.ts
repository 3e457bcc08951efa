import { listNamedFiles } from "../../foundation/files/named-data.ts";

/** What an option's values are called, and those that ship with the package. */
export interface ShippedValues {
  /** "benchmark" */
  readonly kind: string;
  readonly ids: readonly string[];
}

const FILES = {
  benchmark: ["benchmarks", ".json"],
  "template set": ["prompts/templates", ".txt"],
  "class-name list": ["prompts/class-names", ".csv"],
  baseline: ["benchmarks/baselines", ".csv"],
} as const;

const KINDS: Readonly<Record<string, keyof typeof FILES>> = {
  "--benchmark": "benchmark",
  "--id": "benchmark",
  "--data-dir": "benchmark",
  "--protocol": "benchmark",
  "--labels": "benchmark",
  "--templates": "template set",
  "--class-names": "class-name list",
  "--baseline": "baseline",
};

/** The ids that an option may have, or begin with where its values are ID=…; null where it has other values. */
export async function shippedValues(option: string): Promise<ShippedValues | null> {
  const kind = KINDS[option];
  return kind === undefined ? null : await shippedIds(kind);
}

/** The ids of all that ships of a kind. */
export async function shippedIds(kind: keyof typeof FILES): Promise<ShippedValues> {
  const [folder, ending] = FILES[kind];
  const files = await listNamedFiles(folder, ending);
  return { kind, ids: files.map(({ id }) => id) };
}
