import { join } from "node:path";
import { workerData } from "node:worker_threads";
import { decodeImage } from "../../data/image/decode.ts";
import type { DecodedImage } from "../../data/image/decoded-image.ts";
import { decodingMemory } from "../../data/image/decoding-memory.ts";
import { loadSharp } from "../../data/image/load-sharp.ts";
import { preCropImage } from "../../data/image/pre-crop.ts";
import { createPreprocessor, type Preprocessor } from "../../data/image/preprocess-image.ts";
import type { Preprocessing } from "../../data/image/preprocessing.ts";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageBytes, SourcePlace } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { type ImageContent, UNREADABLE } from "./hash-images.ts";
import { openBudget, type SharedBudget } from "./memory-budget.ts";
import { createPixelCollector } from "./pixel-collector.ts";
import { serveTasks } from "./worker-program.ts";

/** Reads, decodes and preprocesses batches of images in a worker thread. */

export interface WorkerSetup {
  readonly place: SourcePlace;
  readonly preparations: readonly ImagePreparation[];
  /** memory for reading and decoding images, shared by all threads */
  readonly budget: SharedBudget;
}

/** Preparation of a model's input: the pre-crop in pixels per side, then the preprocessing. */
export interface ImagePreparation {
  readonly preCrop: number;
  readonly preprocessing: Preprocessing;
}

export interface WorkerTask {
  readonly images: readonly ImageEntry[];
  /** per requested preparation: its position in the setup, and memory for (n, 3, H, W) float32 */
  readonly outputs: readonly { readonly preparation: number; readonly buffer: ArrayBuffer }[];
}

export interface WorkerResult {
  readonly buffers: readonly ArrayBuffer[];
  /** content of every file */
  readonly content: readonly ImageContent[];
  /** per output, the images that could not be read or preprocessed */
  readonly unreadable: readonly (readonly UnreadableImage[])[];
}

export interface UnreadableImage {
  /** position in the task's list of images */
  readonly position: number;
  readonly reason: string;
}

/** Number of images read and decoded ahead of resampling; decoding runs on sharp's threads. */
const AHEAD = 2;

interface Loaded {
  readonly image: DecodedImage | null;
  readonly content: ImageContent;
  readonly reason: string;
  /** call when the image is no longer needed */
  readonly free: () => void;
}

loadSharp(); // a failure to open the source is not the fault of an image
const { place, preparations, budget: sharedBudget } = workerData as WorkerSetup;
const source = openSource(place);
const countReleased = createPixelCollector();
const budget = openBudget(sharedBudget);
const groups = groupByGeometry(preparations);
serveTasks(
  (task: WorkerTask) => preprocessBatch(groups, task),
  (result) => result.buffers,
  () => source.close(),
);

interface GeometryGroup {
  readonly preCrop: number;
  readonly pixels: Uint8Array;
  readonly preprocessors: ReadonlyMap<number, Preprocessor>;
}

/** Groups preparations that differ only in mean and std, so that they share one resampling. */
function groupByGeometry(preparations: readonly ImagePreparation[]): GeometryGroup[] {
  const groups = new Map<string, GeometryGroup & { readonly preprocessors: Map<number, Preprocessor> }>();
  for (const [position, { preCrop, preprocessing: p }] of preparations.entries()) {
    const key = JSON.stringify([preCrop, p.size, p.resizeMode, p.resize, p.interpolation, p.fillColor]);
    const pixels = () => new Uint8Array(p.size.height * p.size.width * 3);
    const group = groups.get(key) ?? { preCrop, pixels: pixels(), preprocessors: new Map() };
    group.preprocessors.set(position, createPreprocessor(p));
    groups.set(key, group);
  }
  return [...groups.values()];
}

async function preprocessBatch(groups: readonly GeometryGroup[], task: WorkerTask): Promise<WorkerResult> {
  const outputs: Output[] = task.outputs.map(({ preparation, buffer }) => ({
    preparation,
    tensor: new Float32Array(buffer),
    unreadable: [],
  }));
  const content: ImageContent[] = [];
  const loading: (Promise<Loaded> | undefined)[] = [];
  for (let position = 0; position < task.images.length; position++) {
    while (loading.length < task.images.length && loading.length <= position + AHEAD) {
      loading.push(load(task.images[loading.length] as ImageEntry));
    }
    const path = join(place.root, (task.images[position] as ImageEntry).path);
    const loaded = await (loading[position] as Promise<Loaded>);
    loading[position] = undefined; // a decoded image may be large; release it immediately after use
    content.push(loaded.content);
    if (loaded.image === null) {
      for (const output of outputs) output.unreadable.push({ position, reason: loaded.reason });
    } else {
      for (const group of groups) preprocess(group, loaded.image, path, position, outputs);
      countReleased(loaded.image.data.length);
    }
    loaded.free();
  }
  return {
    buffers: task.outputs.map((output) => output.buffer),
    content,
    unreadable: outputs.map((output) => output.unreadable),
  };
}

interface Output {
  readonly preparation: number;
  readonly tensor: Float32Array;
  readonly unreadable: UnreadableImage[];
}

/** Writes one image to every output of one geometry: resampled once, normalized per output. */
function preprocess(
  group: GeometryGroup,
  image: DecodedImage,
  path: string,
  position: number,
  outputs: Output[],
): void {
  const wanted = outputs.filter((output) => group.preprocessors.has(output.preparation));
  const first = wanted[0];
  if (first === undefined) return;
  try {
    group.preprocessors.get(first.preparation)?.toPixels(preCropImage(image, group.preCrop), group.pixels);
  } catch (error) {
    if (!(error instanceof InputError)) throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
    for (const output of wanted) output.unreadable.push({ position, reason: `${path}: ${error.message}` });
    return;
  }
  const length = group.pixels.length;
  for (const { preparation, tensor } of wanted) {
    group.preprocessors
      .get(preparation)
      ?.toTensor(group.pixels, tensor.subarray(position * length, (position + 1) * length));
  }
}

/** Minimum size in bytes of files that are read only when memory is available. */
const LARGE_FILE = 32e6;
/** Large enough for the header of a large file. */
const HEAD_BYTES = 64 << 10;

/**
 * The last image that requested memory. Images of this thread receive memory in order, so that none waits for a later
 * one.
 */
let lastAdmitted: Promise<unknown> = Promise.resolve();

async function load(image: ImageEntry): Promise<Loaded> {
  const path = join(place.root, image.path);
  let content = UNREADABLE;
  let free = () => {};
  try {
    const before = lastAdmitted;
    const isLarge = image.bytes >= LARGE_FILE;
    const early: Promise<ImageBytes> = isLarge
      ? before.then(async () => ({ bytes: await source.readHead(image, new Uint8Array(HEAD_BYTES)), identity: "" }))
      : source.read(image);
    early.catch(() => {}); // awaited below, in order
    const admitted = before.then(async () => {
      const { bytes } = await early;
      return budget.take(decodingMemory(bytes, isLarge ? image.bytes : bytes.length));
    });
    lastAdmitted = admitted.catch(() => {});
    free = await admitted;
    const { bytes, identity } = isLarge ? await source.read(image) : await early;
    content = { sha256: sha256(bytes), identity };
    return { image: await decodeImage(bytes), content, reason: "", free };
  } catch (error) {
    if (!(error instanceof InputError)) throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
    // A file that cannot be decoded still has a content; read errors already contain the path
    const reason = content === UNREADABLE ? error.message : `${path}: ${error.message}`;
    return { image: null, content, reason, free };
  }
}
