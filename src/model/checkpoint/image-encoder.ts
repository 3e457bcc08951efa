import { InputError } from "../../foundation/errors.ts";
import { type GraphSession, openSession } from "../onnx/session.ts";
import { runnableGraph } from "../onnx/widen-bfloat16.ts";
import { checkEmbeddings } from "./check-embeddings.ts";
import { type EncoderGraph, findSides } from "./encoder-graph.ts";
import type { EncoderOptions, ImageEncoder } from "./encoders.ts";
import { fixedAxis, fixedWidth, pixelFeed } from "./graph-feeds.ts";
import { type BothSides, chooseDummyFeeds, runBeside, type UnusedInputs } from "./unused-inputs.ts";

/**
 * Opens the image tower of a graph.
 *
 * @throws InputError if onnxruntime cannot load the graph, or it has no image tower
 */
export async function openImageEncoder(tower: EncoderGraph, options: EncoderOptions = {}): Promise<ImageEncoder> {
  const session = await openSession(await runnableGraph(tower), options, tower.bytes);
  try {
    return await makeImageEncoder(session, tower);
  } catch (cause) {
    await session.close();
    throw cause;
  }
}

async function makeImageEncoder(session: GraphSession, tower: EncoderGraph): Promise<ImageEncoder> {
  const { vision, text } = findSides(session, tower);
  if (vision === null) throw new InputError(`${tower.path}: expected a graph that takes images, got a text graph`);
  const { height, width } = tower.size;
  const imageLength = 3 * height * width;
  const batchSize = fixedAxis(vision.pixels, 0);
  const expected = { where: `${tower.path}: the image tower`, output: tower.embedding };
  let knownWidth = fixedWidth(tower.embedding) ?? fixedWidth(vision.embedding);

  const run = async (pixels: Float32Array, n: number, unused: UnusedInputs): Promise<Float32Array> => {
    const feeds = { ...unused(n), [vision.pixels.name]: pixelFeed(vision.pixels, pixels, n, tower.size) };
    const { data, dims } = await session.run(feeds, vision.embedding.name);
    checkEmbeddings(data, dims, n, { ...expected, dimension: knownWidth });
    return data;
  };

  const sides: BothSides | null = text === null ? null : { ...tower, vision, text };
  const { plain, tied } =
    sides === null
      ? { plain: () => ({}), tied: false }
      : await chooseDummyFeeds(sides, "images", (unused) =>
          run(new Float32Array(2 * imageLength).fill(0.5, imageLength), 2, unused),
        );
  const probe = batchSize ?? 1;
  const dimension = knownWidth ?? (await run(new Float32Array(probe * imageLength), probe, plain)).length / probe;
  knownWidth = dimension;

  const encode = async (pixels: Float32Array, n: number, unused: UnusedInputs): Promise<Float32Array> => {
    if (pixels.length < n * imageLength)
      throw new RangeError(`${n} images have ${n * imageLength} values, got ${pixels.length}`);
    if (n === 0) return new Float32Array(0);
    const step = tower.batchDependent ? 1 : (batchSize ?? n);
    const embeddings = new Float32Array(n * dimension);
    for (let start = 0; start < n; start += step) {
      const count = Math.min(step, n - start);
      const part = pixels.subarray(start * imageLength, (start + count) * imageLength);
      const fed = batchSize ?? count;
      const rows = await run(count === fed ? part : padImages(part, count, fed), fed, unused);
      embeddings.set(rows.subarray(0, count * dimension), start * dimension);
    }
    return embeddings;
  };
  return {
    dimension,
    batchSize,
    precision: vision.pixels.type,
    encode: (pixels, n) => encode(pixels, n, plain),
    encodeBeside:
      sides &&
      ((pixels, n, texts) => {
        const different = { ...texts, attendPadding: tower.pooled };
        return runBeside(sides, "images", { tied, different }, (unused) => encode(pixels, n, unused));
      }),
    close: session.close,
  };
}

/** Fills a fixed batch with copies of its first image, so that only real data enters the graph. */
function padImages(pixels: Float32Array, count: number, batchSize: number): Float32Array {
  const imageLength = pixels.length / count;
  const padded = new Float32Array(batchSize * imageLength);
  padded.set(pixels);
  for (let i = count; i < batchSize; i++) padded.set(pixels.subarray(0, imageLength), i * imageLength);
  return padded;
}
