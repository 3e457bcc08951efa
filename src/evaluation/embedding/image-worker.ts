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

/** Reads, decodes and preprocesses batches of images, off the thread that feeds the model. */

export interface WorkerSetup {
  readonly place: SourcePlace;
  readonly preparations: readonly ImagePreparation[];
  /** for the images that are read and decoded, in all threads together */
  readonly budget: SharedBudget;
}

/** How an image becomes a model's input: what is cut off at each side, in pixels, then the preprocessing. */
export interface ImagePreparation {
  readonly preCrop: number;
  readonly preprocessing: Preprocessing;
}

export interface WorkerTask {
  readonly images: readonly ImageEntry[];
  /** for each preparation wanted: its position in the set-up, and memory for (n, 3, H, W) float32 */
  readonly outputs: readonly { readonly preparation: number; readonly buffer: ArrayBuffer }[];
}

export interface WorkerResult {
  readonly buffers: readonly ArrayBuffer[];
  /** what was read of every file */
  readonly content: readonly ImageContent[];
  /** for each output, the images that could not be read, or not be brought to its shape */
  readonly unreadable: readonly (readonly UnreadableImage[])[];
}

export interface UnreadableImage {
  /** in the task's list of images */
  readonly position: number;
  readonly reason: string;
}

/** Images read and decoded ahead of the one that is resampled: decoding runs on sharp's own threads. */
const AHEAD = 2;

interface Loaded {
  readonly image: DecodedImage | null;
  readonly content: ImageContent;
  readonly reason: string;
  /** to be called when the image is no longer needed */
  readonly free: () => void;
}

loadSharp(); // if it cannot be, no image is to blame
const { place, preparations, budget: sharedBudget } = workerData as WorkerSetup;
const source = openSource(place);
const letGo = createPixelCollector();
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

/** Preparations that differ in mean and std alone share one resampling. */
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
    loading[position] = undefined; // a decoded image may be large: let it go as soon as it is used
    content.push(loaded.content);
    if (loaded.image === null) {
      for (const output of outputs) output.unreadable.push({ position, reason: loaded.reason });
    } else {
      for (const group of groups) preprocess(group, loaded.image, path, position, outputs);
      letGo(loaded.image.data.length);
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

/** Brings one image into every output of one geometry: resampled once, normalized for each. */
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

/** Files from this size on are read when there is room for them and not before, bytes. */
const LARGE_FILE = 32e6;
/** Holds the header of a large file. */
const HEAD_BYTES = 64 << 10;

/**
 * The last image that asked for memory. The images of this thread get theirs in order, so that the one whose turn it is never
 * waits for one behind it.
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
    early.catch(() => {}); // awaited below, when it is this image's turn
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
    // A file that cannot be decoded has a content; one that cannot be read names its path
    const reason = content === UNREADABLE ? error.message : `${path}: ${error.message}`;
    return { image: null, content, reason, free };
  }
}
