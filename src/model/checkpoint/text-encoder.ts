import { InputError } from "../../foundation/errors.ts";
import { type GraphSession, openSession } from "../onnx/session.ts";
import { runnableGraph } from "../onnx/widen-bfloat16.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { checkEmbeddings } from "./check-embeddings.ts";
import { type EncoderGraph, findSides } from "./encoder-graph.ts";
import type { EncoderOptions, TextEncoder } from "./encoders.ts";
import { fixedAxis, fixedWidth, textFeeds } from "./graph-feeds.ts";
import { paddingTakesPart } from "./padding-probe.ts";
import { poolStates } from "./text-pooling.ts";
import { type BothSides, chooseDummyFeeds, runBeside, type UnusedInputs } from "./unused-inputs.ts";
import { createLengthProof, PROBE_PROMPTS, proveVariableLength } from "./variable-length.ts";

/**
 * Opens the text tower of a graph and tests whether prompts need padding to the context length.
 *
 * @throws InputError if onnxruntime cannot load the graph, or it has no text tower
 */
export async function openTextEncoder(
  tower: EncoderGraph,
  tokenizer: Tokenizer,
  options: EncoderOptions = {},
): Promise<TextEncoder> {
  const session = await openSession(await runnableGraph(tower), options, tower.bytes);
  try {
    return await makeTextEncoder(session, tower, tokenizer);
  } catch (cause) {
    await session.close();
    throw cause;
  }
}

async function makeTextEncoder(session: GraphSession, tower: EncoderGraph, tokenizer: Tokenizer): Promise<TextEncoder> {
  const { vision, text } = findSides(session, tower);
  if (text === null) throw new InputError(`${tower.path}: expected a graph that takes texts, got an image graph`);
  const { contextLength } = tower;
  const batchSize = fixedAxis(text.ids, 0);
  const expected = { where: `${tower.path}: the text tower`, output: tower.embedding };
  let knownWidth = fixedWidth(tower.embedding) ?? fixedWidth(text.embedding);
  const { padId } = tokenizer;
  const { pooling } = tower;

  const runBatch = async (
    rows: readonly Int32Array[],
    length: number,
    unused: UnusedInputs,
    pad = padId,
  ): Promise<Float32Array> => {
    const batch = { rows, length, padId: pad, attendPadding: tower.pooled };
    const feeds = { ...unused(rows.length), ...textFeeds(text, batch) };
    const given = await session.run(feeds, text.embedding.name);
    const { data, dims } =
      pooling === undefined
        ? given
        : poolStates(
            given.data,
            given.dims,
            rows.map((row) => row.length),
            pooling,
            expected.where,
          );
    checkEmbeddings(data, dims, rows.length, { ...expected, dimension: knownWidth });
    return data;
  };

  const probed = probedContext(contextLength, fixedAxis(text.ids, 1));
  const probes = PROBE_PROMPTS.map((prompt) => tokenizer.encode(prompt, probed)) as [Int32Array, Int32Array];
  const sides: BothSides | null = vision === null ? null : { ...tower, vision, text };
  const { plain, tied } =
    sides === null
      ? { plain: () => ({}), tied: false }
      : await chooseDummyFeeds(sides, "texts", (unused) => runBatch(probes, probed, unused));

  /** Embeds any number of rows, padded to `length`; a fixed batch is filled with copies of its first row. */
  const run = async (
    rows: readonly Int32Array[],
    length: number,
    { pad = padId, unused = plain }: { pad?: number; unused?: UnusedInputs } = {},
  ): Promise<Float32Array> => {
    const step = tower.batchDependent ? 1 : textsAtOnce(rows.length, length, batchSize);
    let embeddings = new Float32Array(0);
    for (let start = 0; start < rows.length; start += step) {
      const part = rows.slice(start, start + step);
      const filled = Array.from({ length: batchSize ?? part.length }, (_, i) => part[i] ?? (part[0] as Int32Array));
      const data = await runBatch(filled, length, unused, pad);
      const dimension = data.length / filled.length;
      if (start === 0) embeddings = new Float32Array(rows.length * dimension);
      embeddings.set(data.subarray(0, part.length * dimension), start * dimension);
    }
    return embeddings;
  };

  // If activations are rounded, a test on some texts proves nothing about others.
  const mayBeShort = fixedAxis(text.ids, 1) === null && !tower.roundsActivations;
  const variableLength = mayBeShort && (await proveVariableLength(probes, probed, run));
  const isProved = createLengthProof(tokenizer, probed, run);
  const dimension = knownWidth ?? (await run(probes.slice(0, 1), probed)).length;
  knownWidth = dimension;

  const encode = async (tokens: readonly Int32Array[], unused: UnusedInputs): Promise<Float32Array> => {
    if (tokens.length === 0) return new Float32Array(0);
    const longest = tokens.reduce((maximum, row) => Math.max(maximum, row.length), 1);
    if (longest > contextLength) throw new RangeError(`a row of ${longest} tokens, the maximum is ${contextLength}`);
    const isShort = variableLength && longest < probed && (await isProved(longest));
    return await run(tokens, isShort ? longest : contextLength, { unused });
  };
  return {
    dimension,
    contextLength,
    variableLength,
    encode: (tokens) => encode(tokens, plain),
    encodeBeside:
      sides &&
      ((tokens) => runBeside(sides, "texts", { tied, different: "image" }, (unused) => encode(tokens, unused))),
    async paddingTakesPart() {
      if (variableLength) return false;
      const precision = tower.roundsActivations ? "rounded" : "exact";
      const encodePadded = (rows: readonly Int32Array[], pad: number) => run(rows, probed, { pad });
      return await paddingTakesPart(probes, probed, tokenizer, precision, encodePadded);
    },
    close: session.close,
  };
}

/**
 * Maximum sum of squared token counts in one batch: attention stores rows × heads × length² numbers per layer, so this is about 1
 * GB for sixteen heads. With CLIP's 77 tokens it allows 2,829 texts, more than any batch; at 8,192 tokens a single text exceeds
 * it.
 */
const MAX_SQUARES = 2 ** 24;

/**
 * Maximum length to which probes are padded. The result of a probe of a dozen tokens at 512 also holds at 8,192, which would take
 * gigabytes.
 */
const MAX_PROBED = 512;

/** How many texts of a length are embedded at once, at least 1; the graph's fixed batch size if it has one. */
export function textsAtOnce(texts: number, length: number, fixedBatch: number | null): number {
  return fixedBatch ?? Math.max(1, Math.min(texts, Math.floor(MAX_SQUARES / length ** 2)));
}

/** The length to which probes are padded: the full context if it is short or fixed by the graph. */
export function probedContext(contextLength: number, fixedLength: number | null): number {
  return fixedLength ?? Math.min(contextLength, MAX_PROBED);
}
