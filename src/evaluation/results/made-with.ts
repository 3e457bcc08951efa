import type { StoredRun } from "./run-file.ts";

/** Settings that an accuracy was made with, from its `run.json`; absent ones are unknown. */
export interface MadeWith {
  /** `version` of the benchmark's definition */
  readonly benchmarkVersion?: number;
  /** SHA-256 of the benchmark's definition, by part, see `hashDefinition` */
  readonly definition?: Readonly<Record<string, string>>;
  /** SHA-256 of the template set */
  readonly templates?: string;
  /** SHA-256 of the class names */
  readonly classNames?: string;
}

/** Returns the settings that a result was made with, from the recipe of its run. */
export function madeWith({ recipe = {} }: Pick<StoredRun, "recipe">): MadeWith {
  const { benchmark_version: benchmarkVersion, definition, templates_sha256, class_names_sha256 } = recipe;
  return {
    ...(benchmarkVersion === undefined ? {} : { benchmarkVersion }),
    ...(definition === undefined ? {} : { definition }),
    ...(templates_sha256 === undefined ? {} : { templates: templates_sha256 }),
    ...(class_names_sha256 === undefined ? {} : { classNames: class_names_sha256 }),
  };
}
