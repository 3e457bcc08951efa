import { z } from "zod";

/** What an accuracy was made with, as its `run.json` says; what is absent is not known. */
export interface MadeWith {
  readonly benchmarkVersion?: number;
  /** SHA-256 of what the benchmark's definition says, by part: see `hashDefinition` */
  readonly definition?: Readonly<Record<string, string>>;
  /** SHA-256 of the template set and of the class names */
  readonly templates?: string;
  readonly classNames?: string;
}

const recipeSchema = z.object({
  benchmark_version: z.number().optional().catch(undefined),
  definition: z.record(z.string(), z.string()).optional().catch(undefined),
  templates_sha256: z.string().optional().catch(undefined),
  class_names_sha256: z.string().optional().catch(undefined),
});

/** What a result was made with, as the recipe in its `run.json` says; parts that are not there are not known. */
export function madeWith(recipe: unknown): MadeWith {
  const parsed = recipeSchema.safeParse(recipe);
  if (!parsed.success) return {};
  const { benchmark_version: benchmarkVersion, definition, templates_sha256, class_names_sha256 } = parsed.data;
  return {
    ...(benchmarkVersion === undefined ? {} : { benchmarkVersion }),
    ...(definition === undefined ? {} : { definition }),
    ...(templates_sha256 === undefined ? {} : { templates: templates_sha256 }),
    ...(class_names_sha256 === undefined ? {} : { classNames: class_names_sha256 }),
  };
}
