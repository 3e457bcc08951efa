import type { FilterTaps } from "./filter-taps.ts";
import type { ResampleTarget, ResampleWork } from "./resample-loops.ts";
import { RESAMPLE_WASM } from "./resample-wasm.ts";

/**
 * Resamples with vector instructions. Returns false, without doing anything, where the work is too large for it or
 * memory is refused.
 */
export type SimdResample = (work: ResampleWork, target: ResampleTarget) => boolean;

interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly horizontal: (
    ...args: [source: number, rowBytes: number, rows: number, ...Sums, quads: number, count: number, out: number]
  ) => void;
  readonly vertical: (
    ...args: [source: number, width: number, ...Sums, pairs: number, count: number, out: number]
  ) => void;
}

type Sums = [starts: number, weights: number];

const BAND_BYTES = 1 << 18; // bytes of source rows processed at a time, so that they stay in the core's cache
const MAX_ROW_BYTES = 1 << 24;
const MAX_BETWEEN_BYTES = 1 << 26;
const SLACK = 64; // bytes that the kernels may read or write beyond a part
const PAGE = 1 << 16;

/**
 * Creates Pillow's two passes from resample.wat, with separate memory: use one per thread, for one image at a time. The
 * memory grows to the size that the largest image needs, up to about 100 MB, and is kept.
 *
 * @returns null where the process cannot run WebAssembly with vectors (`node --jitless`, `ulimit -v`)
 */
export function createSimdResample(): SimdResample | null {
  const kernels = instantiate();
  if (kernels === null) return null;
  const { memory } = kernels;
  let bytes = new Uint8Array(memory.buffer);

  const makeRoom = (length: number): boolean => {
    const missing = Math.ceil((length - bytes.length) / PAGE);
    if (missing <= 0) return true;
    try {
      memory.grow(missing);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    bytes = new Uint8Array(memory.buffer);
    return true;
  };

  return (work, { pixels, start, stride }) => {
    const { source, sourceWidth, firstRow, endRow, horizontal, left, vertical, width, height } = work;
    const sourceBytes = sourceWidth * 3;
    const rowBytes = width * 3;
    const rows = endRow - firstRow;
    if (sourceBytes > MAX_ROW_BYTES || (rows + 1) * rowBytes > MAX_BETWEEN_BYTES) return false;
    const across = horizontal === null ? null : packTaps(horizontal, 4);
    const down = vertical === null ? null : packTaps(vertical, 2);
    const bandRows = Math.min(rows, Math.max(1, Math.floor(BAND_BYTES / sourceBytes)));

    // the parts follow each other, each aligned
    let end = 0;
    const part = (length: number): number => {
      const at = end;
      end = (at + length + SLACK + 15) & ~15;
      return at;
    };
    const acrossAt = part(across?.bytes.length ?? 0);
    const downAt = part(down?.bytes.length ?? 0);
    const bandAt = part(across === null ? 0 : bandRows * sourceBytes);
    const betweenAt = part((rows + 1) * rowBytes);
    const outAt = part(down === null ? 0 : height * rowBytes);
    if (!makeRoom(end)) return false;

    if (across === null) {
      for (let row = 0; row < rows; row++) {
        const from = (firstRow + row) * sourceBytes + left * 3;
        bytes.set(source.subarray(from, from + rowBytes), betweenAt + row * rowBytes);
      }
    } else {
      bytes.set(across.bytes, acrossAt);
      const weightsAt = acrossAt + across.startsLength;
      for (let row = 0; row < rows; row += bandRows) {
        const some = Math.min(bandRows, rows - row);
        const from = (firstRow + row) * sourceBytes;
        bytes.set(source.subarray(from, from + some * sourceBytes), bandAt);
        const to = betweenAt + row * rowBytes;
        kernels.horizontal(bandAt, sourceBytes, some, acrossAt, weightsAt, across.groups, width, to);
      }
    }
    if (down !== null) {
      bytes.set(down.bytes, downAt);
      // the taps count rows of the whole image
      const origin = betweenAt - firstRow * rowBytes;
      kernels.vertical(origin, rowBytes, downAt, downAt + down.startsLength, down.groups, height, outAt);
    }

    const resultAt = down === null ? betweenAt : outAt;
    if (stride === rowBytes) {
      pixels.set(bytes.subarray(resultAt, resultAt + height * rowBytes), start);
    } else {
      for (let y = 0; y < height; y++) {
        const from = resultAt + y * rowBytes;
        pixels.set(bytes.subarray(from, from + rowBytes), start + y * stride);
      }
    }
    return true;
  };
}

function instantiate(): Kernels | null {
  if (typeof WebAssembly === "undefined") return null;
  try {
    const module = new WebAssembly.Module(Buffer.from(RESAMPLE_WASM, "base64"));
    return new WebAssembly.Instance(module).exports as unknown as Kernels;
  } catch (error) {
    // the processor has no such vectors, or the address space is limited (`ulimit -v`): WebAssembly reserves gigabytes
    // of it
    if (error instanceof WebAssembly.CompileError || error instanceof RangeError) return null;
    throw error;
  }
}

/** The sums of one axis as the kernels read them: starts, then weights. */
interface PackedTaps {
  readonly bytes: Uint8Array;
  readonly startsLength: number;
  /** groups of taps per output */
  readonly groups: number;
}

const packed = { 2: new WeakMap<FilterTaps, PackedTaps>(), 4: new WeakMap<FilterTaps, PackedTaps>() };

function packTaps(taps: FilterTaps, group: 2 | 4): PackedTaps {
  let known = packed[group].get(taps);
  if (known === undefined) {
    known = pack(taps, group);
    packed[group].set(taps, known);
  }
  return known;
}

/** Splits each weight w into high · 2^11 + low, for pairs of adjacent taps; taps are padded with weights of 0. */
function pack({ starts, weights, taps }: FilterTaps, group: number): PackedTaps {
  const groups = Math.ceil(taps / group);
  const filled = groups * group;
  const halves = new Int16Array(starts.length * filled * 2);
  for (let i = 0; i < starts.length; i++) {
    for (let t = 0; t < taps; t++) {
      const weight = weights[i * taps + t]!;
      const at = (i * filled + (t & ~1)) * 2 + (t & 1);
      halves[at] = weight >> 11;
      halves[at + 2] = weight & 2047;
    }
  }
  const bytes = new Uint8Array(starts.byteLength + halves.byteLength);
  bytes.set(new Uint8Array(starts.buffer, starts.byteOffset, starts.byteLength));
  bytes.set(new Uint8Array(halves.buffer), starts.byteLength);
  return { bytes, startsLength: starts.byteLength, groups };
}
