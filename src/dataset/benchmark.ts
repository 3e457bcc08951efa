import { dirname, join } from "node:path";
import { z } from "zod";
import { findNamedFile, listNamedFiles } from "../files/named-data.ts";
import { readText } from "../files/read-text.ts";
import { sha256 } from "../files/sha256.ts";
import { InputError } from "../input-error.ts";
import { type ClassList, readClassList } from "./class-list.ts";

const layoutSchema = z.discriminatedUnion("kind", [
  /** one folder a class, named by a column of the class list */
  z.strictObject({ kind: z.literal("class-folders"), key: z.string() }),
  /** all images in one folder; the pattern's first group is the 1-based line of the label file */
  z.strictObject({ kind: z.literal("flat"), pattern: z.string(), labels: z.string() }),
]);

const benchmarkSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "expected lower-case letters, digits, dots, dashes"),
  version: z.int().positive(),
  title: z.string(),
  paper: z.string().optional(),
  licence: z.string().optional(),
  images: z.int().positive(),
  classes: z.string(),
  classNames: z.string(),
  layouts: z.array(layoutSchema).min(1),
  folders: z.array(z.string()).default([]),
  protocols: z.array(z.strictObject({ id: z.string() })).min(1),
});

export type Layout = z.infer<typeof layoutSchema>;

/** A benchmark definition, `benchmarks/<id>.json`; the fields are described in benchmarks/README.md. */
export interface Benchmark extends Omit<z.infer<typeof benchmarkSchema>, "classes"> {
  /** the definition's file */
  readonly path: string;
  /** SHA-256 of the definition's text */
  readonly sha256: string;
  readonly classes: ClassList;
}

const FOLDER = "benchmarks";

/**
 * Reads a benchmark definition: one that ships with the package, by id, or the user's own .json file.
 *
 * @throws InputError for an unknown id, or naming the file, the field and what was expected there
 */
export async function readBenchmark(typed: string): Promise<Benchmark> {
  const file = await findNamedFile(typed, "benchmark", FOLDER, ".json");
  const text = await readText(file.path);
  const parsed = benchmarkSchema.safeParse(parseJson(text, file.path));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InputError(`${file.path}: ${issue?.path.join(".") || "benchmark"}: ${issue?.message ?? "not valid"}`);
  }
  const definition = parsed.data;
  const classes = await readClassList(join(dirname(file.path), definition.classes));
  return { ...definition, path: file.path, sha256: sha256(text), classes };
}

/** Ids of the benchmarks that ship with the package. */
export async function listBenchmarks(): Promise<string[]> {
  return (await listNamedFiles(FOLDER, ".json")).map((file) => file.id);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new InputError(`${path}: not JSON: ${(cause as Error).message}`, { cause });
  }
}
