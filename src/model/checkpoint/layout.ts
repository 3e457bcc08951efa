import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-text.ts";
import { findCompanion } from "./companion-files.ts";
import {
  chooseGraphs,
  GRAPH_FOLDERS,
  type GraphGroup,
  groupGraphs,
  listVariants,
  parseVariant,
} from "./graph-names.ts";
import { checkpointName, findHubSnapshot } from "./hub-cache.ts";
import { describeDraft, draftShiftlineJson } from "./shiftline-draft.ts";
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
  "accepted: onnx/model.onnx, or onnx/vision_model.onnx with onnx/text_model.onnx (Hugging Face; also without onnx/); visual.onnx with textual.onnx, or visual/model.onnx with textual/model.onnx (open_clip); two graphs whose names differ in the tower's word alone (image_encoder.onnx with text_encoder.onnx); or a shiftline.json that names the files";

/**
 * Finds a checkpoint's graphs from file names alone. Nothing is guessed: a folder that two layouts fit, or none, is an
 * error that says what was found and what would be accepted, with a ready shiftline.json where the graphs allow one.
 *
 * @param path    a folder, or one .onnx file
 * @param variant the suffix of other precisions in Hugging Face's naming: "fp16" means `vision_model_fp16.onnx`, for the tower that
 *   has it; by tower: "vision=fp16,text=int8"
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
  const choice = variant === undefined ? null : parseVariant(variant);
  if (variant !== undefined && choice === null) {
    throw new InputError(`--variant ${variant}: expected a name, or vision=NAME,text=NAME for each tower`);
  }
  const groups = groupGraphs(files);
  const whole = groups.flatMap((group) => {
    const graphs = chooseGraphs(group, choice);
    return graphs === null ? [] : [{ group, graphs }];
  });
  if (whole.length > 1) {
    const names = whole.map(({ graphs: { vision, text } }) => [...new Set([vision, text])].join(" with "));
    throw new InputError(
      `${path}: more than one layout fits: ${names.join("; ")}; keep one of them, or name the files in a shiftline.json${await advise(absolute, files)}`,
    );
  }
  const [found] = whole;
  if (found === undefined) throw notWhole(path, files, groups, variant, await advise(absolute, files));
  const { group, graphs } = found;
  const layout = { root: absolute, stem, singleFile: false, shiftline: null, vision: graphs.vision, text: graphs.text };
  if (group.kind !== "words") return { ...layout, kind: group.kind, notes: graphs.notes };
  // Their names are of no layout: what the folder says of images is
  const kind = (await hasProcessor(absolute)) ? "hugging-face" : "open_clip";
  const note = `${graphs.vision} and ${graphs.text} are read as one checkpoint's towers, by their names, in the ${kind} layout, by the files beside them`;
  return { ...layout, kind, notes: [note] };
}

function notWhole(
  path: string,
  files: readonly string[],
  groups: readonly GraphGroup[],
  variant: string | undefined,
  advice: string,
): InputError {
  const found = files.length === 0 ? "no .onnx file in it" : `found ${files.join(", ")}`;
  const variants = listVariants(groups);
  const more = variants.length === 0 ? advice : ""; // a variant is the shorter way
  const others = variants.length === 0 ? "" : `; variants that exist (--variant): ${variants.join(", ")}`;
  if (variant !== undefined) {
    const plain = groups.some((group) => chooseGraphs(group, null) !== null) ? "; without --variant it opens" : "";
    return new InputError(`${path}: no variant "${variant}"${others || "; it has no variants"}${plain}; ${found}`);
  }
  for (const { kind, names, vision, text } of groups) {
    if (kind === "words" || vision.has("") === text.has("")) continue;
    const [given, missing, tower] = vision.has("")
      ? [names.vision, names.text, "text"]
      : [names.text, names.vision, "image"];
    return new InputError(
      `${path}: ${given}.onnx is there, but no graph of the ${tower} tower: expected ${missing}.onnx beside it; ${found}${others}; ${ACCEPTED}${more}`,
    );
  }
  return new InputError(`${path}: no checkpoint of a known layout: ${found}${others}; ${ACCEPTED}${more}`);
}

async function advise(root: string, files: readonly string[]): Promise<string> {
  const draft = await draftShiftlineJson(root, files);
  return draft === null ? "" : `; if they are the towers of one checkpoint, ${describeDraft(root, draft)}`;
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
  if (await hasProcessor(root)) return false;
  return (await findCompanion(root, "open_clip_config.json", "preprocess_cfg.json")) !== null;
}

async function hasProcessor(root: string): Promise<boolean> {
  return (
    (await findCompanion(
      root,
      "preprocessor_config.json",
      "onnx/preprocessor_config.json",
      "processor_config.json",
    )) !== null
  );
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
  for (const folder of ["", ...GRAPH_FOLDERS]) {
    try {
      const entries = (await readdir(join(root, folder), { withFileTypes: true })).filter(({ name }) =>
        name.endsWith(".onnx"),
      );
      for (const entry of entries) {
        const path = folder ? `${folder}/${entry.name}` : entry.name;
        // Qualcomm AI Hub gives a folder of the graph's name, with the graph and its weights in it
        const inside = entry.isDirectory() ? await findCompanion(root, `${path}/model.onnx`) : path;
        if (inside !== null) graphs.push(inside);
      }
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      const absent = folder !== "" && (code === "ENOENT" || code === "ENOTDIR");
      if (!absent) throw readError(join(root, folder), cause);
    }
  }
  return graphs.sort();
}
