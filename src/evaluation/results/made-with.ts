import type { StoredRun } from "./run-file.ts";

/** What an accuracy was made with, as its `run.json` says; what is absent is not known. */
export interface MadeWith {
  /** `version` of the benchmark's definition */
  readonly benchmarkVersion?: number;
  /** SHA-256 of what the benchmark's definition says, by part: see `hashDefinition` */
  readonly definition?: Readonly<Record<string, string>>;
  /** SHA-256 of the template set */
  readonly templates?: string;
  /** SHA-256 of the class names */
  readonly classNames?: string;
}

/** What a result was made with, as the recipe of its run says. */
export function madeWith({ recipe = {} }: Pick<StoredRun, "recipe">): MadeWith {
  const { benchmark_version: benchmarkVersion, definition, templates_sha256, class_names_sha256 } = recipe;
  return {
    ...(benchmarkVersion === undefined ? {} : { benchmarkVersion }),
    ...(definition === undefined ? {} : { definition }),
    ...(templates_sha256 === undefined ? {} : { templates: templates_sha256 }),
    ...(class_names_sha256 === undefined ? {} : { classNames: class_names_sha256 }),
  };
}
