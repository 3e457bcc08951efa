import { basename } from "node:path";
import type { Benchmark } from "./benchmark.ts";

/** Segments at a path's end in which a name is looked for: `imagenetv2/imagenetv2-top-images-format-val/val`. */
const SEGMENTS = 3;
/** A name's own part that is shorter than this is looked for only behind the name that all variants share. */
const TELLING = 7;
/** What all variants' names begin with is looked for only if it has so many letters. */
const MIN_STEM = 4;
/** Folders that say nothing of what set they hold. */
const GENERIC = /^(?:val|validation|test|images|data|imgs|root)$/;

/**
 * The known benchmarks that a folder of this one could be as well, by all that is in it: they have the same classes, the
 * same number of images, and are scored alike. ImageNetV2's three sets are; this one is among the result.
 */
export function variantsOf(benchmark: Benchmark, known: readonly Benchmark[]): Benchmark[] {
  const own = structure(benchmark);
  const others = known.filter((other) => other.id !== benchmark.id && structure(other) === own);
  return [benchmark, ...others];
}

/** What makes two benchmarks alike. */
function structure({ images, classes, protocols, templates }: Benchmark): string {
  const scored = protocols.map(({ classes: competing, classNames, ...protocol }) => ({
    ...protocol,
    classNames: basename(classNames),
    classes: typeof competing === "string" ? competing : [...competing.keys],
  }));
  return JSON.stringify([images, [...classes.keys], scored, templates === undefined ? null : basename(templates)]);
}

/** Which variant a path names, and whether in so many words that no other reading is likely. */
export interface NamedVariant {
  readonly id: string;
  readonly isPlain: boolean;
}

/**
 * Which of several variants a path names: by the names their folders go by, in any case and with any separators, with or
 * without "-format-val", or by what is left of these without what all of them share ("imagenet-v2/top-images").
 *
 * @returns null where it names none
 */
export function namedVariant(variants: readonly Benchmark[], path: string): NamedVariant | null {
  const names = variants.map(namesOf);
  const stem = commonStart(names.flat());
  const segments = path.toLowerCase().split("/").filter(Boolean).slice(-SEGMENTS);
  let best: (NamedVariant & { readonly length: number }) | null = null;
  for (const [v, variant] of variants.entries()) {
    const others = new Set(names.flatMap((list, other) => (other === v ? [] : list)));
    for (const name of names[v] as string[]) {
      const mark = name.slice(stem.length);
      if (mark === "" || others.has(name)) continue;
      const isPlain = stem.length >= MIN_STEM && holds(segments.join("/"), stem + mark);
      if (!isPlain && !isNamed(segments, mark)) continue;
      const found = { id: variant.id, isPlain: isPlain || mark.length >= TELLING, length: mark.length };
      if (best === null || Number(found.isPlain) * 1000 + found.length > Number(best.isPlain) * 1000 + best.length) {
        best = found;
      }
    }
  }
  return best === null ? null : { id: best.id, isPlain: best.isPlain };
}

/** The names a benchmark goes by, squeezed: "imagenetv2topimages", and shorter, "imagenetv2top". */
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

/** Whether the text holds the name, with any separators in it, and not as the beginning of a longer word or number. */
function holds(text: string, name: string): boolean {
  return new RegExp(spelled(name)).test(text);
}

/** Whether the last segment that says anything begins with the name. */
function isNamed(segments: readonly string[], name: string): boolean {
  const last = segments.findLast((segment) => !GENERIC.test(segment)) ?? "";
  return new RegExp(`^${spelled(name)}`).test(last);
}

/** Letters and digits only, so nothing in it has a meaning of its own. */
function spelled(name: string): string {
  return [...name].join("[^a-z0-9]*") + (/[0-9]$/.test(name) ? "(?![a-z0-9])" : "(?![a-z])");
}
