import { loadHyparquet } from "./load-hyparquet.ts";
import { decodeWith } from "./parquet-fault.ts";
import { decodeHybrid } from "./parquet-levels.ts";
import { TableFault } from "./table-columns.ts";

/** Values of a column of bytes, each a range [start, end) of `bytes`. */
export interface ByteValues {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Maximum block size of a delta encoding; writers use 128 values, or 2,048. */
const DELTA_BLOCK = 1 << 20;
/** Maximum total size of values that are encoded by prefixes of the previous value, in bytes. */
const EXPANDED_BYTES = 1 << 30;

/**
 * Decodes values of a column of bytes, PLAIN or as deltas.
 *
 * @param bytes  all of a page's values
 * @throws TableFault where they are fewer or more than `count`
 */
export async function decodeBytes(bytes: Uint8Array, count: number, encoding: string): Promise<ByteValues> {
  if (encoding === "PLAIN") return decodePlain(bytes, count);
  if (encoding === "DELTA_LENGTH_BYTE_ARRAY") {
    const { values, end } = await decodeDeltas(bytes, 0, count);
    return sliceValues(bytes, end, values);
  }
  if (encoding === "DELTA_BYTE_ARRAY") {
    const prefixes = await decodeDeltas(bytes, 0, count);
    const suffixes = await decodeDeltas(bytes, prefixes.end, count);
    return joinPrefixes(prefixes.values, sliceValues(bytes, suffixes.end, suffixes.values));
  }
  throw new TableFault(`values are encoded as ${encoding}, which is not supported`);
}

function decodePlain(bytes: Uint8Array, count: number): ByteValues {
  if (4 * count > bytes.length) throw endsEarly(0, count);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const view = viewOf(bytes);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw endsEarly(i, count);
    starts[i] = at + 4;
    at += 4 + view.getUint32(at, true);
    if (at > bytes.length) throw endsEarly(i, count);
    ends[i] = at;
  }
  if (at !== bytes.length) throw leftOver(bytes.length - at);
  return { bytes, starts, ends };
}

/** Returns contiguous values of known lengths. */
function sliceValues(bytes: Uint8Array, start: number, lengths: Int32Array): ByteValues {
  const starts = new Uint32Array(lengths.length);
  const ends = new Uint32Array(lengths.length);
  let at = start;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i] as number;
    if (length < 0 || at + length > bytes.length) throw endsEarly(i, lengths.length);
    starts[i] = at;
    at += length;
    ends[i] = at;
  }
  if (at !== bytes.length) throw leftOver(bytes.length - at);
  return { bytes, starts, ends };
}

/** Restores values that share a prefix with the previous value. */
function joinPrefixes(prefixes: Int32Array, suffixes: ByteValues): ByteValues {
  const starts = new Uint32Array(prefixes.length);
  const ends = new Uint32Array(prefixes.length);
  let total = 0;
  let before = 0;
  for (let i = 0; i < prefixes.length; i++) {
    const prefix = prefixes[i] as number;
    if (prefix < 0 || prefix > before)
      throw new TableFault("damaged: a value repeats more bytes than the previous one has");
    before = prefix + (suffixes.ends[i] as number) - (suffixes.starts[i] as number);
    starts[i] = total;
    total += before;
    ends[i] = total;
    if (total > EXPANDED_BYTES) throw new TableFault(`a page of more than ${EXPANDED_BYTES} bytes`);
  }
  const bytes = new Uint8Array(total);
  for (let i = 0; i < prefixes.length; i++) {
    const at = starts[i] as number;
    const prefix = prefixes[i] as number;
    if (prefix > 0) bytes.copyWithin(at, starts[i - 1] as number, (starts[i - 1] as number) + prefix);
    bytes.set(suffixes.bytes.subarray(suffixes.starts[i], suffixes.ends[i]), at + prefix);
  }
  return { bytes, starts, ends };
}

/** The storage of whole numbers, and their declared range. */
interface IntegerType {
  readonly storedBits: 32 | 64;
  readonly bits: number;
  readonly isUnsigned: boolean;
}

/** Decodes whole numbers. @throws TableFault as {@link decodeBytes}, and for numbers outside their type or ±2^53 */
export async function decodeNumbers(
  bytes: Uint8Array,
  count: number,
  encoding: string,
  { storedBits, bits, isUnsigned }: IntegerType,
): Promise<Float64Array> {
  const raw = await decodeIntegers(bytes, count, encoding, storedBits);
  const low = isUnsigned ? 0 : -(2 ** (bits - 1));
  const high = isUnsigned ? 2 ** bits : -low;
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const stored = Number(raw[i]);
    const number = isUnsigned && stored < 0 ? stored + 2 ** storedBits : stored;
    if (!Number.isSafeInteger(number)) throw new TableFault(`the number ${raw[i]} is outside the supported range`);
    if (number < low || number >= high) throw new TableFault(`damaged: the number ${number} does not fit ${bits} bits`);
    numbers[i] = number;
  }
  return numbers;
}

async function decodeIntegers(
  bytes: Uint8Array,
  count: number,
  encoding: string,
  bits: 32 | 64,
): Promise<Int32Array | BigInt64Array> {
  if (encoding === "DELTA_BINARY_PACKED") return (await decodeDeltas<32 | 64>(bytes, 0, count, bits)).values;
  const width = bits / 8;
  if (width * count > bytes.length) throw endsEarly(Math.floor(bytes.length / width), count);
  if (width * count < bytes.length) throw leftOver(bytes.length - width * count);
  const aligned = Uint8Array.from(bytes); // memory that is aligned for numbers
  if (encoding === "BYTE_STREAM_SPLIT") {
    for (let i = 0; i < count; i++)
      for (let b = 0; b < width; b++) aligned[i * width + b] = bytes[b * count + i] as number;
  } else if (encoding !== "PLAIN") {
    throw new TableFault(`numbers are encoded as ${encoding}, which is not supported`);
  }
  return bits === 32 ? new Int32Array(aligned.buffer) : new BigInt64Array(aligned.buffer);
}

async function decodeDeltas<Bits extends 32 | 64 = 32>(
  bytes: Uint8Array,
  start: number,
  count: number,
  bits?: Bits,
): Promise<{ values: Bits extends 64 ? Int32Array | BigInt64Array : Int32Array; end: number }> {
  const { deltaBinaryUnpack } = await loadHyparquet();
  checkDeltas(bytes, start, count);
  const values = bits === 64 ? new BigInt64Array(count) : new Int32Array(count);
  const reader = { view: viewOf(bytes), offset: start };
  decodeWith("delta-encoded data", () => deltaBinaryUnpack(reader, count, values));
  return { values: values as Bits extends 64 ? Int32Array | BigInt64Array : Int32Array, end: reader.offset };
}

/** Checks the values of the header that hyparquet trusts: the number of values, and the block sizes. */
function checkDeltas(bytes: Uint8Array, start: number, count: number): void {
  const header: number[] = [];
  for (let at = start; header.length < 3; ) {
    let value = 0;
    for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
      if (at >= bytes.length || shift > 28) throw endsEarly(0, count);
      byte = bytes[at++] as number;
      value += (byte & 127) * 2 ** shift;
    }
    header.push(value);
  }
  const [block = 0, parts = 0, values = 0] = header;
  if (values !== count) throw new TableFault(`damaged: ${values} delta-encoded values, expected ${count}`);
  if (block === 0 || block > DELTA_BLOCK || parts === 0 || block % (32 * parts) !== 0) {
    throw new TableFault(`damaged: delta-encoded in blocks of ${block} values in ${parts} parts`);
  }
}

/**
 * Decodes positions in a dictionary. @param entries number of its entries @throws TableFault for a position outside
 */
export function decodeIndices(bytes: Uint8Array, count: number, entries: number): Uint32Array {
  const indices = new Uint32Array(count);
  if (count === 0) return indices;
  const bitWidth = bytes[0];
  if (bitWidth === undefined) throw endsEarly(0, count);
  decodeHybrid(bytes.subarray(1), bitWidth, indices);
  for (const index of indices) {
    if (index >= entries) throw new TableFault(`damaged: entry ${index} of a dictionary of ${entries}`);
  }
  return indices;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function endsEarly(at: number, count: number): TableFault {
  return new TableFault(`damaged: its values end after ${at} of ${count}`);
}

function leftOver(bytes: number): TableFault {
  return new TableFault(`damaged: ${bytes} bytes remain after its values`);
}
