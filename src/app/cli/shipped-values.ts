import { listNamedFiles } from "../../foundation/files/named-data.ts";

/** Kind of an option's values, and the ids that ship with the package. */
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

/** Returns the ids that an option accepts, also as the first part of ID=…; null if its values are not ids. */
export async function shippedValues(option: string): Promise<ShippedValues | null> {
  const kind = KINDS[option];
  return kind === undefined ? null : await shippedIds(kind);
}

/** Lists the shipped ids of a kind. */
export async function shippedIds(kind: keyof typeof FILES): Promise<ShippedValues> {
  const [folder, ending] = FILES[kind];
  const files = await listNamedFiles(folder, ending);
  return { kind, ids: files.map(({ id }) => id) };
}
