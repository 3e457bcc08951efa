import sharp, { type Sharp } from "sharp";
import { decodeImage } from "../src/data/image/decode.ts";
import type { DecodedImage } from "../src/data/image/decoded-image.ts";
import { createNormalizationTable, normalizePixels } from "../src/data/image/normalize.ts";
import { createPreprocessing, type Preprocessing } from "../src/data/image/preprocessing.ts";
import type { Matrix } from "../src/foundation/math/matrix.ts";
import type { Difference } from "./_difference.ts";
import {
  affineResize,
  changedOptions,
  changedResize,
  pillowResize,
  resizeWithoutAntialias,
  sharpResize,
  type ToPixels,
} from "./_difference-pixels.ts";
import { bestClasses, classVectors, comparePredictions, cosines, embedPixels } from "./_difference-scores.ts";
import type { LabeledImage, Subject } from "./_difference-subjects.ts";

/** One change to how images become the model's input. */
interface ImageChange {
  readonly change: string;
  /** pixels of an image; absent where only their normalization changes */
  readonly pixels?: (image: LabeledImage, preprocessing: Preprocessing) => Promise<Uint8Array>;
  readonly mean?: Preprocessing["mean"];
  readonly std?: Preprocessing["std"];
  /** exchanges red and blue */
  readonly isBgr?: boolean;
}

const plain: ToPixels = changedOptions({});

function resized(change: string, toPixels: ToPixels): ImageChange {
  return { change, pixels: ({ image }, preprocessing) => toPixels(image, preprocessing) };
}

/** @param decode gives RGB pixels otherwise than Pillow does */
function decoded(change: string, decode: (bytes: Uint8Array) => Sharp): ImageChange {
  const pixels = async ({ bytes }: LabeledImage, preprocessing: Preprocessing) =>
    plain(await toImage(decode(bytes)), preprocessing);
  return { change, pixels };
}

async function toImage(pipeline: Sharp): Promise<DecodedImage> {
  const { data, info } = await pipeline.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Stores the image again and reads it back. */
function stored(change: string, store: (image: Sharp, decoded: DecodedImage) => Sharp): ImageChange {
  const pixels = async ({ image }: LabeledImage, preprocessing: Preprocessing) => {
    const raw = { width: image.width, height: image.height, channels: 3 as const };
    return plain(await decodeImage(await store(sharp(image.data, { raw }), image).toBuffer()), preprocessing);
  };
  return { change, pixels };
}

const IMAGE_CHANGES: readonly ImageChange[] = [
  resized("resize by sharp (libvips), same size and crop", changedResize(sharpResize)),
  { change: "sharp in one call: `resize(n, n)`, Lanczos, shrinking while it decodes", pixels: sharpInOneCall },
  resized("resize of transformers.js (sharp's `affine`), crop rounded down", changedResize(affineResize, Math.floor)),
  resized("bicubic without antialias (OpenCV, PyTorch tensors)", changedResize(resizeWithoutAntialias("bicubic"))),
  resized("bilinear without antialias (OpenCV's default)", changedResize(resizeWithoutAntialias("bilinear"))),
  resized("bilinear for bicubic, both of Pillow", changedOptions({ interpolation: "bilinear" })),
  resized("Lanczos for bicubic, both of Pillow", changedOptions({ interpolation: "lanczos" })),
  resized("crop rounded down (transformers' processor)", changedResize(pillowResize("bicubic"), Math.floor)),
  resized("squash for shortest side and crop", changedOptions({ resizeMode: "squash" })),
  resized("resize to 8/7 of the size, then crop (256 to 224)", (image, preprocessing) =>
    changedOptions({ resize: Math.round((preprocessing.size.height * 8) / 7) })(image, preprocessing),
  ),
  { change: "ImageNet's mean and std", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  { change: "mean and std of 0.5", mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  { change: "no normalization, values 0 to 1", mean: [0, 0, 0], std: [1, 1, 1] },
  { change: "blue, green, red for red, green, blue", isBgr: true },
  decoded("EXIF orientation applied", (bytes) => sharp(bytes, { ignoreIcc: true }).autoOrient()),
  decoded("ICC profile applied", (bytes) => sharp(bytes)),
  stored("copies stored as JPEG of quality 95", (image) => image.jpeg({ quality: 95 })),
  stored("copies stored as JPEG of quality 75", (image) => image.jpeg({ quality: 75 })),
  stored("copies stored with a shorter side of 256 pixels, JPEG of quality 95", (image, { width, height }) =>
    image.resize(width <= height ? { width: 256 } : { height: 256 }).jpeg({ quality: 95 }),
  ),
];

async function sharpInOneCall({ bytes }: LabeledImage, { size }: Preprocessing): Promise<Uint8Array> {
  return (await toImage(sharp(bytes, { ignoreIcc: true }).resize(size.width, size.height))).data;
}

/** Embeddings of a subject's images as Shiftline computes them. */
export async function embedSubject({ checkpoint, images }: Pick<Subject, "checkpoint" | "images">): Promise<Matrix> {
  const { preprocessing } = checkpoint;
  const pixels = await Promise.all(images.map(({ image }) => plain(image, preprocessing)));
  return embedPixels(checkpoint, pixels, normalizer({}, preprocessing));
}

/** The model's input for all of a subject's images, (n, 3, h, w). */
export async function subjectTensor({
  checkpoint,
  images,
}: Pick<Subject, "checkpoint" | "images">): Promise<Float32Array> {
  const { preprocessing } = checkpoint;
  const normalize = normalizer({}, preprocessing);
  const length = 3 * preprocessing.size.height * preprocessing.size.width;
  const tensor = new Float32Array(images.length * length);
  for (const [i, { image }] of images.entries()) {
    normalize(await plain(image, preprocessing), tensor.subarray(i * length, (i + 1) * length));
  }
  return tensor;
}

/** What each change does to the subject's predictions; changes that reach none of its images are left out. */
export async function imageDifferences(subject: Subject): Promise<Difference[]> {
  const { checkpoint, images } = subject;
  const { preprocessing } = checkpoint;
  const classes = await classVectors(subject);
  const pixels = await Promise.all(images.map(({ image }) => plain(image, preprocessing)));
  const embeddings = await embedSubject(subject);
  const best = bestClasses(embeddings, classes);
  const found: Difference[] = [];
  for (const change of IMAGE_CHANGES) {
    const isStored = change.change.startsWith("copies stored with");
    if (isStored && images.every(({ image }) => Math.min(image.width, image.height) < 256)) continue;
    const changedPixels: Uint8Array[] = [];
    for (const [i, image] of images.entries()) {
      changedPixels.push((await change.pixels?.(image, preprocessing)) ?? (pixels[i] as Uint8Array));
    }
    const reached = images.flatMap((_, i) =>
      change.pixels === undefined || Buffer.compare(changedPixels[i]!, pixels[i]!) !== 0 ? [i] : [],
    );
    if (reached.length === 0) continue;
    const changed = await embedPixels(checkpoint, changedPixels, normalizer(change, preprocessing));
    const compared = comparePredictions(
      subject,
      best,
      bestClasses(changed, classes),
      cosines(embeddings, changed, reached),
    );
    found.push({ section: "images", change: change.change, affected: reached.length, ...compared });
  }
  return found;
}

function normalizer({ mean, std, isBgr }: Partial<ImageChange>, preprocessing: Preprocessing) {
  const options = createPreprocessing({ ...preprocessing, ...(mean && { mean }), ...(std && { std }) });
  const table = createNormalizationTable(options.mean, options.std);
  return (pixels: Uint8Array, tensor: Float32Array) => {
    normalizePixels(isBgr ? reversed(pixels) : pixels, table, tensor);
  };
}

function reversed(pixels: Uint8Array): Uint8Array {
  return pixels.map((_, i) => pixels[i - (i % 3) + 2 - (i % 3)] as number);
}
