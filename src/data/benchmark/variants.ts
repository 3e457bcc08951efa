import { basename } from "node:path";
import type { Benchmark } from "./benchmark.ts";

/**
 * Number of segments at a path's end in which a name is looked for: `imagenetv2/imagenetv2-top-images-format-val/val`.
 */
const SEGMENTS = 3;
/** A shorter distinctive part of a name is looked for only after the part that all variants share. */
const MIN_DISTINCTIVE = 7;
/** The common start of all variants' names is looked for only if it has at least this length. */
const MIN_STEM = 4;
/** Folders whose names do not identify the set that they contain. */
const GENERIC = /^(?:val|validation|test|images|data|imgs|root)$/;

/**
 * Returns the known benchmarks that a folder of this one could also contain, judging by all its content: they have the
 * same classes and number of images, and are scored alike. ImageNetV2's three sets are such variants. The result
 * includes this benchmark.
 */
export function variantsOf(benchmark: Benchmark, known: readonly Benchmark[]): Benchmark[] {
  const benchmarkStructure = structure(benchmark);
  const variants = known.filter(
    (candidate) => candidate.id !== benchmark.id && structure(candidate) === benchmarkStructure,
  );
  return [benchmark, ...variants];
}

/** Serializes what makes two benchmarks alike. */
function structure({ images, classes, protocols, templates }: Benchmark): string {
  const scored = protocols.map(({ classes: competing, classNames, ...protocol }) => ({
    ...protocol,
    classNames: basename(classNames),
    classes: typeof competing === "string" ? competing : [...competing.keys],
  }));
  return JSON.stringify([images, [...classes.keys], scored, templates === undefined ? null : basename(templates)]);
}

/** The variant that a path names, and whether it does so too clearly for another reading. */
export interface NamedVariant {
  readonly id: string;
  readonly isPlain: boolean;
}

/**
 * Finds which of several variants a path names, by the names of their folders, in any case, with any separators, with
 * or without "-format-val". A name's distinctive part, without what all variants share, also counts
 * ("imagenet-v2/top-images").
 *
 * @returns null where it names none
 */
export function namedVariant(variants: readonly Benchmark[], path: string): NamedVariant | null {
  const names = variants.map(namesOf);
  const stem = commonStart(names.flat());
  const segments = path.toLowerCase().split("/").filter(Boolean).slice(-SEGMENTS);
  let best: (NamedVariant & { readonly length: number }) | null = null;
  for (const [v, variant] of variants.entries()) {
    const otherNames = new Set(names.flatMap((list, index) => (index === v ? [] : list)));
    for (const name of names[v] as string[]) {
      const distinctive = name.slice(stem.length);
      if (distinctive === "" || otherNames.has(name)) continue;
      const isPlain = stem.length >= MIN_STEM && holds(segments.join("/"), stem + distinctive);
      if (!isPlain && !isNamed(segments, distinctive)) continue;
      const found = {
        id: variant.id,
        isPlain: isPlain || distinctive.length >= MIN_DISTINCTIVE,
        length: distinctive.length,
      };
      if (best === null || Number(found.isPlain) * 1000 + found.length > Number(best.isPlain) * 1000 + best.length) {
        best = found;
      }
    }
  }
  return best === null ? null : { id: best.id, isPlain: best.isPlain };
}

/** Returns the names of a benchmark in compact form: "imagenetv2topimages", and shorter, "imagenetv2top". */
function namesOf({ id, folders }: Benchmark): string[] {
  const names = new Set<string>();
  for (const folder of [id, ...folders]) {
    const tokens = basename(folder)
      .toLowerCase()
      .replace(/[-_]format[-_]val$/, "")
      .replace(/^wds[-_]/, "")
      .replace(/[-_]test$/, "")
      .split(/[-_]/);
    for (let end = 1; end <= tokens.length; end++) names.add(squeeze(tokens.slice(0, end).join("")));
  }
  return [...names].filter((name) => name.length >= squeeze(id).length);
}

function squeeze(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function commonStart(names: readonly string[]): string {
  let start = names[0] ?? "";
  for (const name of names) while (!name.startsWith(start)) start = start.slice(0, -1);
  return start;
}

/**
 * Whether the text contains the name, with any separators in it, and not as the beginning of a longer word or number.
 */
function holds(text: string, name: string): boolean {
  return new RegExp(spelled(name)).test(text);
}

/** Whether the last segment with information begins with the name. */
function isNamed(segments: readonly string[], name: string): boolean {
  const last = segments.findLast((segment) => !GENERIC.test(segment)) ?? "";
  return new RegExp(`^${spelled(name)}`).test(last);
}

/** Builds a pattern that allows separators between the letters and digits of a compact name, which need no escaping. */
function spelled(name: string): string {
  return [...name].join("[^a-z0-9]*") + (/[0-9]$/.test(name) ? "(?![a-z0-9])" : "(?![a-z])");
}
