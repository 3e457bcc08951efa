import type { ExportNames } from "./layout-kind.ts";
import { LAYOUT_KINDS, type LayoutId } from "./layout-kinds.ts";

/** The graphs of one export, grouped by name: files of each tower, and of both in one, by variant ("" is the plain one). */
export interface GraphGroup {
  readonly kind: LayoutId | "words";
  readonly vision: ReadonlyMap<string, string>;
  readonly text: ReadonlyMap<string, string>;
  readonly both: ReadonlyMap<string, string>;
  /** Names without ".onnx", for messages, of an export that is identified only by its file names. */
  readonly names: Pick<ExportNames, "vision" | "text">;
}

/** Subfolders of a checkpoint in which exporters put graphs. */
export const GRAPH_FOLDERS = [
  "onnx",
  "visual",
  "textual",
  "vision",
  "text",
  "image_encoder",
  "text_encoder",
  "vision_encoder",
];

/**
 * Groups graphs into exports: those of the known layouts and, if none of these has graphs for both towers, pairs whose names
 * differ only in the tower's word (`image_encoder` and `text_encoder`, `b16-visual` and `b16-textual`, `b16.img.fp32` and
 * `b16.txt.fp32`).
 *
 * @param files relative paths that end in ".onnx"
 * @returns known layouts with at least one graph, then pairs
 */
export function groupGraphs(files: readonly string[]): GraphGroup[] {
  const families = LAYOUT_KINDS.flatMap(({ id, exports }) => exports.map((names) => ({ kind: id, ...names })));
  const known = families.map(({ kind, vision, text, both }) => ({
    kind,
    vision: variantsOf(files, vision),
    text: variantsOf(files, text),
    both: both === null ? new Map<string, string>() : variantsOf(files, both),
    names: { vision, text },
  }));
  const present = known.filter(({ vision, text, both }) => vision.size + text.size + both.size > 0);
  const isWhole = present.some(({ vision, text, both }) => both.size > 0 || (vision.size > 0 && text.size > 0));
  return isWhole ? present : [...present, ...groupByWords(files)];
}

/** Files with a common base name by the suffix that follows it: `vision_model_fp16.onnx` is the variant "fp16". */
function variantsOf(files: readonly string[], base: string): Map<string, string> {
  const variants = new Map<string, string>();
  for (const file of files) {
    const stem = file.slice(0, -".onnx".length);
    if (stem === base) variants.set("", file);
    else if (stem.startsWith(`${base}_`)) variants.set(stem.slice(base.length + 1), file);
  }
  return variants;
}

/** Words that name a tower, not adjacent to other letters of the same case: `ImageEncoder`, `image_encoder`, `b16.img.fp32`. */
const TOWER_WORD =
  /(?:(?<![A-Za-z])(?:visual|vision|image|img|textual|text|txt)|Visual|Vision|Image|Img|Textual|Text|Txt)(?=encoder|model|tower|[^a-z]|$)/g;
const PRECISION = /[._-]((?:fp|float)(?:16|32)|bf16|u?int[48]|q[48](?:f16)?|bnb4|quant(?:ized)?|w8a(?:8|16))$/i;

function groupByWords(files: readonly string[]): GraphGroup[] {
  const groups = new Map<string, { vision: Map<string, string>[]; text: Map<string, string>[] }>();
  for (const file of files) {
    const stem = file.slice(0, -".onnx".length);
    const towers = new Set(Array.from(stem.matchAll(TOWER_WORD), ([word]) => (/^t/i.test(word) ? "text" : "vision")));
    const [tower, secondTower] = towers;
    if (tower === undefined || secondTower !== undefined) continue;
    const variant = PRECISION.exec(stem)?.[1]?.toLowerCase() ?? "";
    const key = stem.replace(PRECISION, "").replace(TOWER_WORD, "*").toLowerCase();
    const group = groups.get(key) ?? { vision: [], text: [] };
    groups.set(key, group);
    // two names of one tower and one variant (visual.onnx, image.onnx) are two candidates in separate maps
    const free = group[tower].find((map) => !map.has(variant));
    if (free === undefined) group[tower].push(new Map([[variant, file]]));
    else free.set(variant, file);
  }
  return [...groups.values()].flatMap(({ vision, text }) =>
    vision.flatMap((images) =>
      text.map((texts) => ({
        kind: "words" as const,
        vision: images,
        text: texts,
        both: new Map<string, string>(),
        names: { vision: stemOf(images), text: stemOf(texts) },
      })),
    ),
  );
}

function stemOf(variants: ReadonlyMap<string, string>): string {
  return ([...variants.values()][0] as string).slice(0, -".onnx".length);
}

/** The chosen graphs: one for both towers, or one for each. */
export interface ChosenGraphs {
  readonly vision: string;
  readonly text: string;
  readonly notes: readonly string[];
}

/** A variant for both towers, or one for each; null selects the plain graph of a tower. */
export interface VariantChoice {
  readonly vision: string | null;
  readonly text: string | null;
  /** Whether a single name was given, which applies to every tower that has it. */
  readonly isCommon: boolean;
}

/**
 * Parses a variant as users write it: "fp16", or by tower "vision=fp16", "vision=fp16,text=int8".
 *
 * @returns null if it does not have that form
 */
export function parseVariant(variant: string): VariantChoice | null {
  if (!variant.includes("=")) return { vision: variant, text: variant, isCommon: true };
  const choice = { vision: null as string | null, text: null as string | null, isCommon: false };
  for (const part of variant.split(",")) {
    const [, tower, name] = /^(vision|text)=(.+)$/.exec(part.trim()) ?? [];
    if (name === undefined || choice[tower as "vision" | "text"] !== null) return null;
    choice[tower as "vision" | "text"] = name;
  }
  return choice;
}

/**
 * Chooses the graphs of one export. Without a variant: the plain ones, otherwise the only ones. A variant that only one tower has
 * is combined with the other's plain graph: `vision_model_fp16` with `text_model`.
 *
 * @returns null if no choice is complete, or several are
 */
export function chooseGraphs(group: GraphGroup, variant: VariantChoice | null): ChosenGraphs | null {
  const { vision, text, both } = group;
  const suffix = variant === null ? "" : variant.isCommon ? (variant.vision as string) : null;
  if (suffix !== null) {
    const [image, caption, combined] = [vision.get(suffix), text.get(suffix), both.get(suffix)];
    if (image !== undefined && caption !== undefined) {
      const notes = combined === undefined ? [] : [`${image} and ${caption} are used, not ${combined}`];
      return { vision: image, text: caption, notes };
    }
    if (combined !== undefined) return { vision: combined, text: combined, notes: [] };
  }
  if (variant !== null && !variant.isCommon) {
    const image = vision.get(variant.vision ?? "");
    const caption = text.get(variant.text ?? "");
    return image === undefined || caption === undefined ? null : mixed(image, caption);
  }
  const asked = suffix as string;
  if (asked !== "" && !vision.has(asked) && !text.has(asked)) return null;
  const image = vision.get(asked) ?? vision.get("") ?? (asked === "" ? onlyOf(vision) : undefined);
  const caption = text.get(asked) ?? text.get("") ?? (asked === "" ? onlyOf(text) : undefined);
  return image === undefined || caption === undefined ? null : mixed(image, caption);
}

function onlyOf(variants: ReadonlyMap<string, string>): string | undefined {
  return variants.size === 1 ? [...variants.values()][0] : undefined;
}

function mixed(vision: string, text: string): ChosenGraphs {
  return { vision, text, notes: [`${vision} is used with ${text}`] };
}

/** Available variants: of both towers, or of one if the other has a plain graph; sorted. */
export function listVariants(groups: readonly GraphGroup[]): string[] {
  const variants = new Set<string>();
  for (const group of groups) {
    for (const variant of [...group.vision.keys(), ...group.text.keys(), ...group.both.keys()]) {
      if (variant !== "" && chooseGraphs(group, { vision: variant, text: variant, isCommon: true }) !== null)
        variants.add(variant);
    }
  }
  return [...variants].sort();
}
