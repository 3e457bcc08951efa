/** The first directory of a TIFF, as Pillow reads it. */
export interface TiffDirectory {
  readonly little: boolean;
  readonly big: boolean;
  /** whether all its entries are in the file */
  readonly isWhole: boolean;
  readonly tags: ReadonlyMap<number, TiffTag>;
}

export interface TiffTag {
  readonly type: number;
  readonly data: Uint8Array;
}

/** The value that Python makes of a tag: whole numbers, other numbers, bytes, or anything else, such as text. */
export interface TiffValues {
  readonly kind: "whole" | "real" | "bytes" | "opaque";
  readonly values: readonly number[];
}

/** Bytes per value, by type; Pillow skips the types that are missing here. */
export const TIFF_TYPE_BYTES = new Map(
  [1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4].map((bytes, i) => [i + 1, bytes] as const).concat([[16, 8]]),
);

/**
 * Reads the first directory with Pillow's tolerance: entries of an unknown type or without content are skipped, as are
 * the first entry whose content is not in the file and all after it.
 *
 * @param bytes a file that starts with one of Pillow's six headers of TIFF and BigTIFF
 * @returns undefined if there is no directory
 * @see Pillow 12.3.0 src/PIL/TiffImagePlugin.py, ImageFileDirectory_v2.load
 */
export function readTiffDirectory(bytes: Uint8Array): TiffDirectory | undefined {
  const little = bytes[0] === 0x49;
  const big = bytes[2] === 43;
  if (bytes.length < (big ? 16 : 8)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (at: number): number => (big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little));
  const size = big ? 8 : 4;
  const tags = new Map<number, TiffTag>();

  let p = long(big ? 8 : 4);
  if (p === 0) return undefined;
  const cutOff = { little, big, tags, isWhole: false };
  if (p + (big ? 8 : 2) > bytes.length) return cutOff;
  const entries = big ? long(p) : view.getUint16(p, little);
  p += big ? 8 : 2;
  const isWhole = p + entries * (4 + 2 * size) <= bytes.length;
  for (let left = entries; left > 0; left--) {
    if (p + 4 + 2 * size > bytes.length) return cutOff;
    const [tag, type] = [view.getUint16(p, little), view.getUint16(p + 2, little)];
    const count = long(p + 4);
    let at = p + 4 + size;
    p += 4 + 2 * size;
    const length = count * (TIFF_TYPE_BYTES.get(type) ?? 0);
    if (length === 0) continue;
    if (length > size) at = long(at);
    if (at >= 2 ** 63) return undefined; // an offset that Python cannot seek to
    if (at + length > bytes.length) return { ...cutOff, isWhole };
    tags.set(tag, { type, data: bytes.subarray(at, at + length) });
  }
  return { little, big, tags, isWhole };
}

/** Reads the values of a tag. */
export function readTiffValues({ little, tags }: TiffDirectory, tag: number): TiffValues | undefined {
  const { type, data } = tags.get(tag) ?? {};
  if (type === undefined || data === undefined) return undefined;
  if (type === 1) return { kind: "bytes", values: [...data] };
  if (type === 2 || type === 7) return { kind: "opaque", values: [] };
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const read: Readonly<Record<number, (p: number) => number>> = {
    3: (p) => view.getUint16(p, little),
    4: (p) => view.getUint32(p, little),
    5: (p) => view.getUint32(p, little) / view.getUint32(p + 4, little),
    6: (p) => view.getInt8(p),
    8: (p) => view.getInt16(p, little),
    9: (p) => view.getInt32(p, little),
    10: (p) => view.getInt32(p, little) / view.getInt32(p + 4, little),
    11: (p) => view.getFloat32(p, little),
    12: (p) => view.getFloat64(p, little),
    13: (p) => view.getUint32(p, little),
    16: (p) => Number(view.getBigUint64(p, little)),
  };
  const step = TIFF_TYPE_BYTES.get(type)!;
  const values = Array.from({ length: data.length / step }, (_, i) => read[type]!(i * step));
  return { kind: [5, 10, 11, 12].includes(type) ? "real" : "whole", values };
}
