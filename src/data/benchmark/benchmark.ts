import { dirname, isAbsolute, join } from "node:path";
import { z } from "zod";
import { findNamedFile, listNamedFiles } from "../../foundation/files/named-data.ts";
import { checkJson, parseJsonText } from "../../foundation/files/parse-json.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { checkBenchmark } from "./check-benchmark.ts";
import { type ClassList, readClassList } from "./class-list.ts";
import { type Layout, layoutSchema } from "./layout.ts";

const ID = /^[a-z0-9][a-z0-9._-]*$/;
const ID_EXPECTED = "expected lower-case letters, digits, dots, dashes";

/** Maximum length of a short title, which is the head of a table column. */
const MAX_SHORT_TITLE = 20;

const protocolSchema = z.strictObject({
  id: z.string().regex(ID, ID_EXPECTED),
  classNames: z.string().optional(),
  classes: z.string().optional(),
  rows: z.string().default("index"),
  labels: z.string().default("index"),
  unmapped: z.enum(["left-out", "wrong"]).default("left-out"),
  preCrop: z.int().min(0).default(0),
  images: z.int().positive().optional(),
});

const benchmarkSchema = z.strictObject({
  id: z.string().regex(ID, ID_EXPECTED),
  version: z.int().positive(),
  title: z.string(),
  shortTitle: z.string().min(1).max(MAX_SHORT_TITLE).optional(),
  paper: z.string().optional(),
  cite: z.array(z.string()).optional(),
  licence: z.string().optional(),
  images: z.int().positive(),
  imagesPerClass: z.int().positive().optional(),
  classes: z.string(),
  classNames: z.string(),
  templates: z.string().optional(),
  layouts: z.array(layoutSchema).min(1),
  folders: z.array(z.string()).default([]),
  protocols: z.array(protocolSchema).min(1),
});

/** How a benchmark is scored: which classes compete, and which of them is right for an image. */
export interface Protocol {
  readonly id: string;
  /** class-name list, by id or path */
  readonly classNames: string;
  /** the classes that compete: those of the benchmark, every class name, or those of a separate list */
  readonly classes: "own" | "all" | ClassList;
  /**
   * column of the competing classes' list that states which class names represent a class; the best of several counts
   */
  readonly rows: string;
  /** column of the benchmark's class list that states which class names are right for a folder */
  readonly labels: string;
  /** what happens to an image for which no class is right */
  readonly unmapped: "left-out" | "wrong";
  /** pixels removed at each side before the preprocessing */
  readonly preCrop: number;
  /** number of images that it scores when the benchmark is complete */
  readonly images: number;
}

/** A benchmark definition, `benchmarks/<id>.json`; the fields are described in benchmarks/README.md. */
export interface Benchmark {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  /** the name in tables with many columns, as in papers: `IN-V2`; the title where absent */
  readonly shortTitle?: string | undefined;
  readonly paper?: string | undefined;
  /** keys of citations/references.bib, or paths of the user's .bib files */
  readonly cite?: readonly string[] | undefined;
  readonly licence?: string | undefined;
  /** number of images of the default protocol when complete */
  readonly images: number;
  /** number of images of each class when complete, where all classes have the same number */
  readonly imagesPerClass?: number | undefined;
  readonly classes: ClassList;
  /** default template set, by id or path */
  readonly templates?: string | undefined;
  readonly layouts: readonly Layout[];
  readonly folders: readonly string[];
  readonly protocols: readonly Protocol[];
  /** the definition's file */
  readonly path: string;
  /** SHA-256 of the definition's text */
  readonly sha256: string;
}

const FOLDER = "benchmarks";

/**
 * Reads a benchmark definition: one that ships with the package, by id, or a user's .json file.
 *
 * @throws InputError for an unknown id, or naming the file, the field and what was expected there
 */
export async function readBenchmark(idOrPath: string): Promise<Benchmark> {
  const file = await findNamedFile(idOrPath, "benchmark", FOLDER, ".json");
  const text = await readText(file.path);
  const content = checkJson(parseJsonText(text, file.path), file.path, benchmarkSchema);
  const { protocols, classes, classNames, templates, cite, ...definition } = content;
  const resolvePath = (name: string) => (isAbsolute(name) ? name : join(dirname(file.path), name));
  const benchmark: Benchmark = {
    ...definition,
    ...(cite === undefined ? {} : { cite: cite.map((name) => resolveFile(name, [".bib"], resolvePath)) }),
    classes: await readClassList(resolvePath(classes)),
    ...(templates === undefined ? {} : { templates: resolveFile(templates, [".txt", ".json"], resolvePath) }),
    protocols: await Promise.all(
      protocols.map(async (protocol) => ({
        ...protocol,
        classNames: resolveFile(protocol.classNames ?? classNames, [".csv"], resolvePath),
        classes: await competingClasses(protocol.classes, resolvePath),
        images: protocol.images ?? definition.images,
      })),
    ),
    path: file.path,
    sha256: sha256(text),
  };
  checkBenchmark(benchmark);
  return benchmark;
}

async function competingClasses(
  classes: string | undefined,
  resolvePath: (name: string) => string,
): Promise<Protocol["classes"]> {
  if (classes === undefined) return "own";
  return classes === "all" ? "all" : await readClassList(resolvePath(classes));
}

/** Resolves a file named in a definition, which is in the definition's folder; anything else is an id. */
function resolveFile(name: string, endings: readonly string[], resolvePath: (name: string) => string): string {
  return endings.some((ending) => name.endsWith(ending)) ? resolvePath(name) : name;
}

/** Whether the user's input is the path of a definition, not the id of one that ships with the package. */
export function isBenchmarkFile(idOrPath: string): boolean {
  return idOrPath.endsWith(".json");
}

/** Lists the ids of the benchmarks that ship with the package. */
export async function listBenchmarks(): Promise<string[]> {
  return (await listNamedFiles(FOLDER, ".json")).map((file) => file.id);
}
