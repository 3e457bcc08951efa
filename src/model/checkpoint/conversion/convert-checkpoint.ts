import { join, posix } from "node:path";
import { InputError } from "../../../foundation/errors.ts";
import { fileState } from "../../../foundation/files/file-state.ts";
import {
  checkVacant,
  listUnfinished,
  type UnfinishedFolder,
  writeNewFolder,
} from "../../../foundation/files/new-folder.ts";
import { readError } from "../../../foundation/files/read-error.ts";
import { carryWarnings } from "../../onnx/carried-warnings.ts";
import { copyPieces } from "../../onnx/copy-pieces.ts";
import { type FilePlan, type StandAloneGraph, standAloneGraph } from "../../onnx/stand-alone-graph.ts";
import type { ResolvedTower } from "../checkpoint-settings.ts";
import { openCheckpointTokenizer } from "../checkpoint-tokenizer.ts";
import type { TextSignature, VisionSignature } from "../encoder-signature.ts";
import { layoutKind } from "../layout-kinds.ts";
import { type ResolvedCheckpoint, resolveCheckpoint } from "../resolve-checkpoint.ts";
import { checkConversion } from "./check-conversion.ts";
import { HUGGING_FACE_GRAPHS, huggingFaceFiles, huggingFaceOutputs } from "./hugging-face-files.ts";
import { OPEN_CLIP_GRAPHS, openClipFiles } from "./open-clip-files.ts";

const OPTION = "--out";

/** Layouts to which checkpoints can be converted. */
export const CONVERTED_LAYOUTS = ["open_clip", "hugging-face"] as const;
/** File names of a written export: open_clip's or Hugging Face's. */
export type ConvertedLayout = (typeof CONVERTED_LAYOUTS)[number];

/** Options of `convertCheckpoint`. */
export interface ConvertOptions {
  /** open_clip's name of the model, if no file describes it */
  readonly arch?: string | undefined;
  /** chooses among a folder's weight files */
  readonly variant?: string | undefined;
  /** the layout of the result; by default that of the weights, which is Hugging Face's for models of transformers */
  readonly layout?: ConvertedLayout;
  /** receives the bytes of graphs written so far, and their total */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  /** when aborted, the written files are removed and the signal's reason is thrown */
  readonly signal?: AbortSignal;
  /** maximum size in bytes of weights inside the ONNX file; 1.9 GB by default, because protobuf limits a message to 2 GiB */
  readonly maxInlineBytes?: number;
}

/** An export that `convertCheckpoint` wrote. */
export interface ConvertedCheckpoint {
  /** the folder written */
  readonly folder: string;
  /** how its files are named */
  readonly layout: ConvertedLayout;
  /** name of the architecture */
  readonly architecture: string;
  /** source of the architecture's description */
  readonly source: string;
  /** Number of parameters of each tower. */
  readonly parameters: {
    /** of the image encoder */
    readonly image: number;
    /** of the text encoder */
    readonly text: number;
  };
  /** the files written, sorted by path */
  readonly files: readonly {
    /** path relative to the folder, with "/" as separator */
    readonly path: string;
    /** size in bytes */
    readonly bytes: number;
  }[];
  /** Notes for the user, each a short sentence without a full stop. */
  readonly notes: readonly string[];
  /** Reasons why its numbers may be wrong, in the same form. */
  readonly warnings: readonly string[];
}

/**
 * Writes the weights of a checkpoint as a self-contained ONNX checkpoint: a graph per tower, and the files that describe
 * preprocessing and tokenization. Weights are copied chunk by chunk and keep their type, followed by a Cast if it is float16;
 * bfloat16 and float64, which few runtimes support, become float32. The folder appears only when it is complete.
 *
 * @param path weights, or a folder with weights and no graphs
 * @param out  must not exist, or be an empty folder
 * @throws InputError if the checkpoint cannot be opened or is already ONNX, the layout cannot express its settings, `out` is not
 *   empty, or the disk is full
 */
export async function convertCheckpoint(
  path: string,
  out: string,
  options: ConvertOptions = {},
): Promise<ConvertedCheckpoint> {
  await checkVacant(out, OPTION);
  const { arch, variant } = options;
  const resolved = await resolveCheckpoint(path, { arch, variant });
  const { weights } = resolved;
  if (weights === null) {
    const found = [...new Set([resolved.layout.vision, resolved.layout.text])].join(", ");
    throw new InputError(`${path}: already an ONNX checkpoint (${found}); convert needs weights`);
  }
  const library = layoutKind(resolved.layout.kind).library;
  const layout = options.layout ?? (library === "transformers" ? "hugging-face" : "open_clip");
  const pairs = standAloneGraphs(resolved, layout, options.maxInlineBytes);
  const graphs = pairs.flatMap(({ graph, data }) => (data === null ? [graph] : [graph, data]));
  const sideFiles = pairs.flatMap(({ graph, data }) => (data === null ? [] : [posix.basename(graph.name, ".onnx")]));
  const small = layout === "open_clip" ? await openClipFiles(resolved) : await huggingFaceFiles(resolved, sideFiles);
  const left = await listUnfinished(out);
  await writeNewFolder(out, OPTION, async (unfinished) => {
    await writeGraphs(graphs, unfinished, options);
    // Written last, so that an incomplete folder is not a checkpoint
    for (const { name, content } of small) await unfinished.write(name, content);
    await checkConversion(unfinished.path, resolved, layout);
    await checkUnchanged(resolved);
  });
  return {
    folder: out,
    layout,
    architecture: weights.architecture,
    source: weights.source,
    parameters: { image: weights.image.parameters, text: weights.text.parameters },
    files: [
      ...graphs.map(({ name, bytes }) => ({ path: name, bytes })),
      ...small.map(({ name, content }) => ({ path: name, bytes: Buffer.byteLength(content) })),
    ],
    notes: [
      ...resolved.notes,
      ...(layout === "hugging-face" && library === "open_clip" ? [describeTexts(resolved)] : []),
      ...left.map((folder) => `${folder}: left by a run that was killed; delete it if no other run is active`),
    ],
    warnings: resolved.warnings,
  };
}

/** Describes how programs that do not read open_clip's configuration, such as transformers.js, must treat texts. */
function describeTexts(resolved: ResolvedCheckpoint): string {
  const tokenizer = openCheckpointTokenizer(resolved);
  const cleaning =
    tokenizer?.cleaning === "canonicalize"
      ? "canonicalize texts (lower case, no punctuation)"
      : "clean texts as open_clip does";
  return `programs that ignore open_clip_config.json, such as transformers.js, use only tokenizer.json: there, ${cleaning} and pad them with ${tokenizer?.padId} to ${resolved.textSettings?.contextLength} tokens`;
}

/** The files of each tower's graph, the image tower first. */
function standAloneGraphs(
  resolved: ResolvedCheckpoint,
  layout: ConvertedLayout,
  maxInlineBytes: number | undefined,
): StandAloneGraph[] {
  const { vision, text, layout: found } = resolved;
  if (text === null) throw new InputError(`${found.root}: it has no text tower`);
  const outputs = huggingFaceOutputs(resolved);
  // Without the folder, so that the converted checkpoint does not disclose it
  const metadata = carryWarnings(resolved.warnings.map((warning) => warning.replaceAll(join(found.root, "/"), "")));
  const graphOf = (tower: ResolvedTower<VisionSignature | TextSignature>, side: "vision" | "text", input: string) => {
    const { source } = tower;
    if (source === undefined || "path" in source) throw new Error(`${found.root}: its graphs were not compiled`);
    const names =
      layout === "open_clip" ? OPEN_CLIP_GRAPHS[side] : { ...HUGGING_FACE_GRAPHS[side], output: outputs[side] };
    return standAloneGraph(source, {
      name: names.name,
      dataName: names.dataName,
      rename: new Map([
        [input, names.input],
        [tower.signature.embedding.name, names.output],
      ]),
      metadata,
      ...(maxInlineBytes === undefined ? {} : { maxInlineBytes: maxInlineBytes }),
    });
  };
  return [graphOf(vision, "vision", vision.signature.pixels.name), graphOf(text, "text", text.signature.ids.name)];
}

async function writeGraphs(
  graphs: readonly FilePlan[],
  unfinished: UnfinishedFolder,
  { onProgress = () => {}, signal }: ConvertOptions,
): Promise<void> {
  const total = graphs.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    onProgress({ done, total });
  };
  for (const graph of graphs) {
    await unfinished.write(graph.name, copyPieces(graph, { onBytes, ...(signal === undefined ? {} : { signal }) }));
  }
}

/** Checks that the copied files are those that were read. @throws InputError if a file of the checkpoint has changed */
async function checkUnchanged({ layout, files }: ResolvedCheckpoint): Promise<void> {
  for (const { path, state } of files) {
    const file = join(layout.root, path);
    const now = await fileState(file).catch((cause) => {
      throw readError(file, cause);
    });
    if (state?.withinRun === now.withinRun) continue;
    throw new InputError(`${file}: it changed during the conversion; convert it again when nothing writes to it`);
  }
}
