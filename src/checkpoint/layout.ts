import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { readError } from "../files/read-text.ts";
import { InputError } from "../input-error.ts";
import { findCompanion } from "./companion-files.ts";
import { checkpointName, findHubSnapshot } from "./hub-cache.ts";
import { readShiftlineJson, type ShiftlineJson } from "./shiftline-json.ts";

/** Which files of a checkpoint hold its graphs; paths are relative to `root`, with "/" between. */
export interface Layout {
  readonly kind: "hugging-face" | "open_clip" | "shiftline";
  /** Absolute path of the folder that the checkpoint's files lie in. */
  readonly root: string;
  /** The folder's name, or the file's without its ending; in the Hub's cache the repository's. */
  readonly stem: string;
  /** The graph that takes images; the same as `text` where one graph takes both. */
  readonly vision: string;
  /** The graph that takes texts. */
  readonly text: string;
  /** Whether one file was given: which towers it holds is known only from its graph. */
  readonly singleFile: boolean;
  readonly shiftline: ShiftlineJson | null;
  readonly notes: readonly string[];
}

/** What is accepted, in the words of the error messages. */
const ACCEPTED =
  "accepted: onnx/model.onnx, or onnx/vision_model.onnx with onnx/text_model.onnx (Hugging Face; also without onnx/); visual.onnx with textual.onnx, or visual/model.onnx with textual/model.onnx (open_clip); or a shiftline.json that names the files";

interface Family {
  readonly kind: "hugging-face" | "open_clip";
  /** Paths without the variant's suffix and ".onnx". */
  readonly vision: string;
  readonly text: string;
  readonly both: string | null;
}

const FAMILIES: readonly Family[] = [
  { kind: "hugging-face", vision: "onnx/vision_model", text: "onnx/text_model", both: "onnx/model" },
  { kind: "hugging-face", vision: "vision_model", text: "text_model", both: "model" },
  { kind: "open_clip", vision: "visual", text: "textual", both: null },
  { kind: "open_clip", vision: "visual/model", text: "textual/model", both: null },
];

/**
 * Finds a checkpoint's graphs from file names alone. Nothing is guessed: a folder that two layouts fit, or none, is an
 * error that says what was found and what would be accepted.
 *
 * @param path    a folder, or one .onnx file
 * @param variant the suffix of other precisions in Hugging Face's naming: "fp16" means `vision_model_fp16.onnx`
 * @throws InputError if the path is not there or cannot be read, the files are not a whole checkpoint, more than one
 *   layout fits, or the variant is missing (those that exist are listed)
 */
export async function readLayout(path: string, variant?: string): Promise<Layout> {
  const isFolder = await isDirectory(path);
  if (!isFolder) return await readSingleFile(path, resolve(path), variant);
  const snapshot = await findHubSnapshot(path);
  if (snapshot === null) return await readFolder(path, variant);
  const layout = await readFolder(snapshot.folder, variant);
  return { ...layout, notes: [snapshot.note, ...layout.notes] };
}

async function readFolder(path: string, variant: string | undefined): Promise<Layout> {
  const absolute = resolve(path);
  const stem = checkpointName(absolute) || "checkpoint";
  const shiftline = await readShiftlineJson(absolute);
  if (shiftline !== null) return layoutOfShiftline(path, absolute, stem, shiftline, variant);

  const files = await listGraphs(absolute);
  const suffix = variant === undefined ? "" : `_${variant}`;
  const whole = FAMILIES.filter((family) => isWhole(family, files, suffix));
  if (whole.length > 1) {
    throw new InputError(
      `${path}: more than one layout fits: ${whole.map((family) => graphsOf(family, files, suffix).join(" with ")).join("; ")}; keep one of them, or name the files in a shiftline.json`,
    );
  }
  const family = whole[0];
  if (family === undefined) throw notWhole(path, files, variant);
  const graphs = graphsOf(family, files, suffix);
  const both = `${family.both}${suffix}.onnx`;
  const notes = files.includes(both) && !graphs.includes(both) ? [`${graphs.join(" and ")} are used, not ${both}`] : [];
  return {
    kind: family.kind,
    root: absolute,
    stem,
    vision: graphs[0] as string,
    text: graphs.at(-1) as string,
    singleFile: false,
    shiftline: null,
    notes,
  };
}

/** The two towers' files where both are there, else the one that holds both. */
function graphsOf(family: Family, files: readonly string[], suffix: string): string[] {
  const towers = [`${family.vision}${suffix}.onnx`, `${family.text}${suffix}.onnx`];
  return towers.every((file) => files.includes(file)) ? towers : [`${family.both}${suffix}.onnx`];
}

function isWhole(family: Family, files: readonly string[], suffix: string): boolean {
  return graphsOf(family, files, suffix).every((file) => files.includes(file));
}

function notWhole(path: string, files: readonly string[], variant: string | undefined): InputError {
  const found = files.length === 0 ? "no .onnx file in it" : `found ${files.join(", ")}`;
  const variants = listVariants(files);
  const others = variants.length === 0 ? "" : `; variants that exist (--variant): ${variants.join(", ")}`;
  if (variant !== undefined) {
    const plain = FAMILIES.some((family) => isWhole(family, files, "")) ? "; without --variant it opens" : "";
    return new InputError(`${path}: no variant "${variant}"${others || "; it has no variants"}${plain}; ${found}`);
  }
  for (const { vision, text } of FAMILIES) {
    const [given, missing] = files.includes(`${vision}.onnx`) ? [vision, text] : [text, vision];
    if (files.includes(`${given}.onnx`)) {
      const tower = missing === text ? "text" : "image";
      return new InputError(
        `${path}: ${given}.onnx is there, but no graph of the ${tower} tower: expected ${missing}.onnx beside it; ${found}; ${ACCEPTED}`,
      );
    }
  }
  return new InputError(`${path}: no checkpoint of a known layout: ${found}${others}; ${ACCEPTED}`);
}

/** The suffixes for which a layout is whole, sorted. */
function listVariants(files: readonly string[]): string[] {
  const variants = new Set<string>();
  for (const family of FAMILIES) {
    for (const base of [family.vision, family.both]) {
      for (const file of files) {
        if (base === null || !file.startsWith(`${base}_`)) continue;
        const variant = file.slice(base.length + 1, -".onnx".length);
        if (isWhole(family, files, `_${variant}`)) variants.add(variant);
      }
    }
  }
  return [...variants].sort();
}

async function readSingleFile(path: string, absolute: string, variant: string | undefined): Promise<Layout> {
  if (!absolute.endsWith(".onnx")) throw new InputError(`${path}: expected a folder or an .onnx file; ${ACCEPTED}`);
  if (variant !== undefined)
    throw new InputError(`${path}: --variant chooses among a folder's files; this is one file`);
  const stem = basename(absolute, ".onnx");
  const folder = dirname(absolute);
  const nested = ["onnx", "visual", "textual"].includes(basename(folder));
  const root = nested ? dirname(folder) : folder;
  const file = relative(root, absolute).replaceAll("\\", "/");
  const shiftline = await readShiftlineJson(root);
  if (shiftline !== null) {
    const named = [shiftline.vision.file, shiftline.text.file];
    if (!named.includes(file)) {
      throw new InputError(
        `${path}: the shiftline.json beside it names other files (${named.join(", ")}); give the folder, or move it`,
      );
    }
    return layoutOfShiftline(path, root, stem, shiftline, undefined);
  }
  const openClip = /^(visual|textual)(\/model)?(_[^/]*)?\.onnx$/.test(file) || (await hasOnlyOpenClipConfig(root));
  return {
    kind: openClip ? "open_clip" : "hugging-face",
    root,
    stem,
    vision: file,
    text: file,
    singleFile: true,
    shiftline: null,
    notes: [],
  };
}

function layoutOfShiftline(
  path: string,
  root: string,
  stem: string,
  shiftline: ShiftlineJson,
  variant: string | undefined,
): Layout {
  if (variant !== undefined) {
    throw new InputError(`${path}: --variant does not apply: its shiftline.json names the files`);
  }
  const [vision, text] = [shiftline.vision.file, shiftline.text.file];
  return { kind: "shiftline", root, stem, vision, text, singleFile: false, shiftline, notes: [] };
}

async function hasOnlyOpenClipConfig(root: string): Promise<boolean> {
  if ((await findCompanion(root, "preprocessor_config.json", "processor_config.json")) !== null) return false;
  return (await findCompanion(root, "open_clip_config.json", "preprocess_cfg.json")) !== null;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** The .onnx files of a folder and of the subfolders that layouts use, relative, sorted. */
async function listGraphs(root: string): Promise<string[]> {
  const graphs: string[] = [];
  for (const folder of ["", "onnx", "visual", "textual"]) {
    try {
      const names = await readdir(join(root, folder));
      graphs.push(
        ...names.filter((name) => name.endsWith(".onnx")).map((name) => (folder ? `${folder}/${name}` : name)),
      );
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      const absent = folder !== "" && (code === "ENOENT" || code === "ENOTDIR");
      if (!absent) throw readError(join(root, folder), cause);
    }
  }
  return graphs.sort();
}
