import type { Preprocessing } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import { foldPath, pathNameProblem } from "../../foundation/files/path-name.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { type ExportRun, exportSubject, listChecks, type RunOptions, runExport } from "./check-export.ts";
import { openCheckpointTokenizer, warnOfTokenizer } from "./checkpoint-tokenizer.ts";
import type { EncoderGraph } from "./encoder-graph.ts";
import type { EncoderOptions, ImageEncoder, TextEncoder } from "./encoders.ts";
import type { ExportCheck } from "./export-checks.ts";
import { type CheckpointFile, fingerprint, hashFiles } from "./fingerprint.ts";
import { fixedWidth } from "./graph-feeds.ts";
import { openImageEncoder } from "./image-encoder.ts";
import type { LayoutId } from "./layout-kinds.ts";
import { preprocessingSource } from "./preprocessing-config.ts";
import { type ResolvedCheckpoint, resolveCheckpoint } from "./resolve-checkpoint.ts";
import { openTextEncoder } from "./text-encoder.ts";
import { identifyText, shippedVocabularySha256, type TextIdentity } from "./text-identity.ts";
import { watchFiles } from "./unchanged-files.ts";
import type { WeightFacts } from "./weight-facts.ts";

/**
 * A CLIP checkpoint, from exported graphs or from weights: its files and how they are used. Graphs are loaded when an encoder is
 * opened.
 */
export interface Checkpoint {
  /** The given name, or the folder's name or the file's stem; names the checkpoint's results. */
  readonly id: string;
  /** The path as given. */
  readonly path: string;
  /** How its files are named and laid out. */
  readonly layout: LayoutId;
  /** The source of compiled graphs; null for exported graphs. */
  readonly weights: WeightFacts | null;
  /** Every file that can change a number, with its hash. */
  readonly files: readonly CheckpointFile[];
  /** SHA-256 over the role and content of every file that can affect a result, and of compiled graphs; 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** How images are prepared for its image encoder. */
  readonly preprocessing: Preprocessing;
  /** The file or other source of the preprocessing. */
  readonly preprocessingSource: string;
  /** Null if the checkpoint has no text tower. */
  readonly tokenizer: Tokenizer | null;
  /** Everything that determines the token ids of its texts; null if the checkpoint has no text tower. */
  readonly text: TextIdentity | null;
  /** Notes for the user, each a short sentence without a full stop. */
  readonly notes: readonly string[];
  /** Reasons why its numbers may be wrong, in the same form. */
  readonly warnings: readonly string[];
  /** How the image graph is opened: plain data that can be passed to a thread. */
  readonly imageTower: EncoderGraph;
  /**
   * Runs both towers on synthetic inputs. `exportChecks` evaluates the result together with the files.
   *
   * @throws InputError if onnxruntime cannot load a graph, or the width of an output varies
   */
  runExport(options?: RunOptions): Promise<ExportRun>;
  /** The sanity checks of the export, given the result of `runExport`. */
  exportChecks(run: ExportRun): ExportCheck[];
  /** Everything apart from the files' content that affects the result of `runExport`. */
  readonly exportSettings: string;
  /**
   * Checks that the files still have the content that was hashed when the checkpoint was opened, so that all results so far
   * belong to that content.
   *
   * @throws InputError if a file has changed
   */
  checkUnchanged(): Promise<void>;
  /**
   * Checks that image embeddings of a width fit the text embeddings.
   *
   * @throws InputError if the text embeddings have another width
   */
  checkImageWidth(dimension: number): void;
  /**
   * Loads the image graph. Close the encoder to free its memory.
   *
   * @throws InputError if onnxruntime cannot load the graph, or the towers differ in width
   */
  openImageEncoder(options?: EncoderOptions): Promise<ImageEncoder>;
  /**
   * Loads the text graph. Close the encoder to free its memory.
   *
   * @throws InputError if there is no text tower, onnxruntime cannot load the graph, or the towers differ in width
   */
  openTextEncoder(options?: EncoderOptions): Promise<TextEncoder>;
}

/** Options of `openCheckpoint`. */
export interface CheckpointOptions {
  /** Name of the checkpoint, instead of that of its folder or file. */
  readonly name?: string;
  /** Another precision in Hugging Face's naming: "fp16" opens `vision_model_fp16.onnx`. */
  readonly variant?: string;
  /** Architecture of weights, as open_clip names it: "ViT-B-32", "ViT-B-32-quickgelu:laion400m_e32". */
  readonly arch?: string;
  /** Folder in which the hashes of large files are remembered, so that the files are not hashed in every run. */
  readonly hashMemory?: string;
}

/**
 * Opens a CLIP checkpoint: finds its layout, its graphs or weights, tokenizer and preprocessing, checks that they are consistent,
 * and hashes exactly the content that was parsed. Nothing is guessed silently: `notes` lists every default that was used.
 *
 * @param path a folder, one .onnx file, or one file of weights
 * @throws InputError, in one line, if the path does not exist or cannot be read; files are missing, truncated, contradictory, of
 *   several layouts or being written; the towers differ in width; there is no tokenizer for the vocabulary
 */
export async function openCheckpoint(path: string, options: CheckpointOptions = {}): Promise<Checkpoint> {
  const { resolved, tokenizer, files, checkUnchanged } = await readCheckpoint(path, options);
  const checkWidths = widthCheck(path);
  checkWidths("image", fixedWidth(resolved.vision.signature.embedding));
  if (resolved.text !== null) checkWidths("text", fixedWidth(resolved.text.signature.embedding));
  // The returned object must not refer to `resolved`, whose graphs take many MB in a sweep of many checkpoints
  const { visionTower, textTower, textSettings } = resolved;
  const subject = exportSubject(resolved, tokenizer);
  const text =
    textSettings === null || textTower === null || tokenizer === null
      ? null
      : identifyText(textSettings, tokenizer, files, textTower.pooled);
  return {
    id: checkId(path, options.name ?? resolved.layout.stem),
    path,
    layout: resolved.layout.kind,
    weights: resolved.weights,
    files,
    fingerprint: checkpointFingerprint(files, resolved),
    preprocessing: resolved.preprocessing.preprocessing,
    preprocessingSource: preprocessingSource(resolved.preprocessing),
    tokenizer,
    text,
    notes: resolved.notes,
    warnings: [...resolved.warnings, ...warnOfTokenizer(resolved, tokenizer)],
    imageTower: visionTower,
    runExport: (encoderOptions) => runExport(subject, encoderOptions),
    exportChecks: (run) => listChecks(subject, run),
    exportSettings: JSON.stringify([
      { ...visionTower, path: null, source: undefined },
      textTower && { ...textTower, path: null, source: undefined },
      text?.sha256 ?? null,
    ]),
    checkUnchanged,
    checkImageWidth: (dimension) => checkWidths("image", dimension),
    async openImageEncoder(encoderOptions) {
      const encoder = await openImageEncoder(visionTower, encoderOptions);
      return await closeUnless(encoder, () => checkWidths("image", encoder.dimension));
    },
    async openTextEncoder(encoderOptions) {
      if (textTower === null || tokenizer === null) {
        throw new InputError(`${path}: it has no text tower; give the folder that contains both towers`);
      }
      const encoder = await openTextEncoder(textTower, tokenizer, encoderOptions);
      return await closeUnless(encoder, () => checkWidths("text", encoder.dimension));
    },
  };
}

/** A checkpoint's files as they were parsed and hashed. */
export interface ReadCheckpoint {
  readonly resolved: ResolvedCheckpoint;
  readonly tokenizer: Tokenizer | null;
  readonly files: readonly CheckpointFile[];
  /** @throws InputError if a file no longer has the hashed content */
  checkUnchanged(): Promise<void>;
}

/**
 * Parses and hashes a checkpoint's files, and verifies that both saw the same content: the state of each file is read before it
 * is parsed and after it was hashed.
 *
 * @throws InputError as `openCheckpoint` does, also if a file changed meanwhile
 */
export async function readCheckpoint(
  path: string,
  options: Pick<CheckpointOptions, "variant" | "arch" | "hashMemory">,
): Promise<ReadCheckpoint> {
  const resolved = await resolveCheckpoint(path, options);
  const { root } = resolved.layout;
  const tokenizer = openCheckpointTokenizer(resolved);
  const hashed = await hashFiles(root, resolved.files, options.hashMemory);
  const files = hashed.map(({ file }) => file);
  const states = hashed.map(({ state }) => state);
  return { resolved, tokenizer, files, checkUnchanged: watchFiles(root, files, states) };
}

/** The fingerprint of a checkpoint's hashed files; includes the shipped CLIP vocabulary if it is used, and compiled graphs. */
export function checkpointFingerprint(files: readonly CheckpointFile[], resolved: ResolvedCheckpoint): string {
  const source = resolved.textSettings?.source;
  const shipped = source !== undefined && source.tokenizerJson === null && source.bytePairs === undefined;
  const vocabulary = shipped ? [{ role: "tokenizer", sha256: shippedVocabularySha256() }] : [];
  const { weights } = resolved;
  const graphs =
    weights === null
      ? []
      : [
          { role: "image graph", sha256: weights.image.sha256 },
          { role: "text graph", sha256: weights.text.sha256 },
        ];
  return fingerprint([...files, ...vocabulary, ...graphs]);
}

/** Reserved names in a results folder, which also has a folder per checkpoint. */
const RESERVED_IDS = [".progress", ".shiftline"];

function checkId(path: string, id: string): string {
  const problem = RESERVED_IDS.includes(foldPath(id)) ? "is a reserved name" : pathNameProblem(id);
  if (problem === null) return id;
  throw new InputError(
    `${path}: "${id}" cannot name a checkpoint: it ${problem}, but its results need a folder of that name; choose another with --name ID=PATH`,
  );
}

/** Creates a check that records each tower's width when it becomes known, and refuses two different widths. */
function widthCheck(path: string): (tower: "image" | "text", dimension: number | null) => void {
  const known = new Map<string, number>();
  return (tower, dimension) => {
    if (dimension !== null) known.set(tower, dimension);
    const [image, text] = [known.get("image"), known.get("text")];
    if (image !== undefined && text !== undefined && image !== text) {
      throw new InputError(
        `${path}: image embeddings have ${image} numbers, text embeddings ${text}; the towers belong to different checkpoints, or one output is not the projected embedding`,
      );
    }
  };
}

async function closeUnless<E extends { close(): Promise<void> }>(encoder: E, check: () => void): Promise<E> {
  try {
    check();
  } catch (cause) {
    await encoder.close();
    throw cause;
  }
  return encoder;
}
