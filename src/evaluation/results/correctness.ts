import { type ImageRows, type KnownRows, rowsKey } from "./image-rows.ts";
import { CONTENT_DIGITS, contentText, type PredictionRow, scanPredictions } from "./predictions-file.ts";
import { makeContents } from "./row-contents.ts";

/** Which images of a result are right, and the number per class. */
export interface Correctness {
  readonly n: number;
  readonly correct: number;
  /** number of images with a right class among the best five; null if the file does not have five classes per image */
  readonly top5: number | null;
  /** (⌈n / 32⌉,) bit i % 32 of word i / 32: whether image i is right */
  readonly bits: Uint32Array;
  /** identity and order of the images */
  readonly images: ImageRows;
  /** labels as text, in the order of their first image, with their numbers of images and of correct ones */
  readonly labels: readonly string[];
  readonly classImages: readonly number[];
  readonly classCorrect: readonly number[];
}

/**
 * Parses the correct images of a `predictions.csv`.
 *
 * @param where file name, for messages
 * @param options.visit called with each row
 * @param options.known image lists read before; a new list is added
 * @throws InputError if it is not a `predictions.csv`, see `scanPredictions`
 */
export function parseCorrectness(
  bytes: Uint8Array,
  where: string,
  { visit, known = new Map() }: { readonly visit?: (row: PredictionRow) => void; readonly known?: KnownRows } = {},
): Correctness {
  const classImages: number[] = [];
  const classCorrect: number[] = [];
  const [names, contents] = [startDigest(), startDigest()];
  let bits = new Uint32Array(1024);
  let correct = 0;
  let further = 0;
  const labelHashes: LabelHash[] = [];
  const { n, labels, hasFive, hasContent } = scanPredictions(bytes, where, (row) => {
    const { position, text, classes } = row.label;
    if (position === classImages.length) {
      classImages.push(0);
      classCorrect.push(0);
      labelHashes.push(hashLabel(text));
    }
    names.add(row.bytes, row.from, row.to, labelHashes[position] as LabelHash);
    if (row.hasContent) {
      const at = row.findContent();
      contents.add(row.text, at, at + CONTENT_DIGITS, labelHashes[position] as LabelHash);
    }
    visit?.(row);
    const { index } = row;
    if (index === bits.length * 32) bits = doubled(bits);
    classImages[position] = (classImages[position] as number) + 1;
    if (classes.includes(row.predicted)) {
      bits[index >>> 5] = (bits[index >>> 5] as number) | (1 << (index & 31));
      classCorrect[position] = (classCorrect[position] as number) + 1;
      correct++;
    } else if (row.isRightAmongFive()) further++;
  });
  const digests = { n, names: `${n}-${names.text()}`, contents: hasContent ? { list: contents.text() } : null };
  const key = rowsKey(digests);
  const images = known.get(key) ?? readRows(bytes, where, digests);
  known.set(key, images);
  return {
    n,
    correct,
    top5: hasFive ? correct + further : null,
    bits: bits.slice(0, Math.ceil(n / 32)),
    images,
    labels: labels.map(({ text }) => text),
    classImages,
    classCorrect,
  };
}

/** Identifies the images of a file by digests of names and of contents, both with the labels. */
function readRows(
  bytes: Uint8Array,
  where: string,
  digests: { readonly n: number; readonly names: string; readonly contents: { readonly list: string } | null },
): ImageRows {
  const { n, names, contents } = digests;
  if (contents === null) return { n, names, contents: null };
  const paths: string[] = [];
  const labels: string[] = [];
  const hashes: string[] = [];
  scanPredictions(bytes, where, (row) => {
    paths.push(row.image());
    labels.push(row.label.text);
    hashes.push(contentText(row));
  });
  const images = {
    n,
    name: (row: number) => paths[row] as string,
    label: (row: number) => labels[row] as string,
    content: (row: number) => hashes[row] as string,
  };
  return { n, names, contents: makeContents(images, contents.list) };
}

/** Two 32-bit hashes over words of four bytes: a digest to distinguish image lists, not cryptographically secure. */
interface Digest {
  add(bytes: Uint8Array, from: number, to: number, label: LabelHash): void;
  text(): string;
}

interface LabelHash {
  readonly high: number;
  readonly low: number;
}

const SEEDS = { high: 0x811c9dc5, low: 0x9dc5811c };

function startDigest(): Digest {
  let { high, low } = SEEDS;
  return {
    add: (bytes, from, to, label) => {
      let first = mix(high, label.high ^ (to - from), HIGH_FACTOR);
      let second = mix(low, label.low ^ (to - from), LOW_FACTOR);
      for (let i = from; i < to; i += WORD) {
        const word = i + WORD <= to ? wordAt(bytes, i) : lastWord(bytes, i, to);
        first = mix(first, word, HIGH_FACTOR);
        second = mix(second, word, LOW_FACTOR);
      }
      high = first;
      low = second;
    },
    text: () => `${(high >>> 0).toString(16)}-${(low >>> 0).toString(16)}`,
  };
}

function hashLabel(text: string): LabelHash {
  let { high, low } = SEEDS;
  for (const byte of Buffer.from(text)) {
    high = mix(high, byte, HIGH_FACTOR);
    low = mix(low, byte, LOW_FACTOR);
  }
  return { high, low };
}

/** Odd numbers, so that each step is a bijection: FNV's prime, and one of MurmurHash3's. */
const HIGH_FACTOR = 0x01000193;
const LOW_FACTOR = 0x85ebca6b;
/** bytes */
const WORD = 4;

function mix(hash: number, word: number, factor: number): number {
  const product = Math.imul(hash ^ word, factor);
  return product ^ (product >>> 15);
}

/** Returns the remaining bytes, fewer than four. */
function lastWord(bytes: Uint8Array, from: number, to: number): number {
  let word = 0;
  for (let i = from; i < to; i++) word = (word << 8) | (bytes[i] as number);
  return word;
}

function wordAt(bytes: Uint8Array, i: number): number {
  return (
    (bytes[i] as number) |
    ((bytes[i + 1] as number) << 8) |
    ((bytes[i + 2] as number) << 16) |
    ((bytes[i + 3] as number) << 24)
  );
}

function doubled(bits: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(bits.length * 2);
  larger.set(bits);
  return larger;
}
