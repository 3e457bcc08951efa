import { InputError } from "../errors.ts";
import { type Matrix, matrix } from "../math/matrix.ts";

/*
 * NumPy's array file, version 1.0: magic, version, header length (uint16 little-endian), a Python dictionary padded
 * with spaces to a multiple of 64 bytes and ended by a newline, then the numbers. Only two-dimensional float32 arrays
 * are supported, little-endian and row-major. Node runs on little-endian machines only, so the numbers are copied as
 * they are in memory.
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
const MAGIC = "\x93NUMPY";
const PREFIX_BYTES = 10; // magic 6, version 2, header length 2
const ALIGNMENT = 64;
const GROWTH_DIGITS = 21; // numpy reserves space for a row count of this many digits

/** The content of a file's header. */
export interface NpyHeader {
  readonly rows: number;
  readonly columns: number;
  /** offset of the first number, in bytes from the start of the file */
  readonly dataOffset: number;
}

/** Encodes a matrix (n, d) as `numpy.save` writes a float32 array of its shape. */
export function encodeNpy(m: Matrix): Uint8Array {
  const header = npyHeader(m.rows, m.columns);
  const dataOffset = PREFIX_BYTES + header.length;
  const bytes = new Uint8Array(dataOffset + m.data.byteLength);
  bytes.set(Buffer.from(`${MAGIC}\x01\x00`, "latin1"));
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  bytes.set(Buffer.from(header, "latin1"), PREFIX_BYTES);
  bytes.set(new Uint8Array(m.data.buffer, m.data.byteOffset, m.data.byteLength), dataOffset);
  return bytes;
}

/** Returns the size of the file that {@link encodeNpy} makes of a matrix of this shape, in bytes. */
export function npyBytes(rows: number, columns: number): number {
  return PREFIX_BYTES + npyHeader(rows, columns).length + rows * columns * Float32Array.BYTES_PER_ELEMENT;
}

function npyHeader(rows: number, columns: number): string {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const grown = dictionary + " ".repeat(Math.max(0, GROWTH_DIGITS - String(rows).length));
  const dataOffset = Math.ceil((PREFIX_BYTES + grown.length + 1) / ALIGNMENT) * ALIGNMENT;
  return `${grown.padEnd(dataOffset - PREFIX_BYTES - 1)}\n`;
}

/**
 * Parses the header of a .npy file, not its numbers.
 *
 * @param bytes the start of the file, with the complete header
 * @param what  the file's name, for errors
 * @throws InputError if it is not version 1.0, float32 little-endian, C order and two-dimensional
 */
export function parseNpyHeader(bytes: Uint8Array, what: string): NpyHeader {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (text.toString("latin1", 0, 6) !== MAGIC)
    throw new InputError(`${what}: not a .npy file: the magic bytes are missing`);
  if (bytes.length < PREFIX_BYTES) throw truncated(what, PREFIX_BYTES, bytes.length);
  if (bytes[6] !== 1 || bytes[7] !== 0) {
    throw new InputError(`${what}: expected .npy version 1.0, got ${bytes[6]}.${bytes[7]}`);
  }
  const dataOffset = PREFIX_BYTES + text.readUInt16LE(8);
  if (bytes.length < dataOffset) throw truncated(what, dataOffset, bytes.length);
  const header = text.toString("latin1", PREFIX_BYTES, dataOffset);
  const entries = /^\{'descr': ('[^']*'|\[.*\]), 'fortran_order': (True|False), 'shape': \(([^()]*)\), \} *\n$/.exec(
    header,
  );
  if (entries === null) throw new InputError(`${what}: malformed .npy header`);
  const [, type, fortranOrder, shape = ""] = entries;
  if (type !== "'<f4'") throw new InputError(`${what}: expected float32 ('<f4'), got ${type}`);
  if (fortranOrder !== "False") throw new InputError(`${what}: expected C order, got Fortran order`);
  const sizes = /^(0|[1-9][0-9]{0,11}), (0|[1-9][0-9]{0,11})$/.exec(shape);
  if (sizes === null) throw new InputError(`${what}: expected a shape of two sizes (n, d), got (${shape})`);
  return { rows: Number(sizes[1]), columns: Number(sizes[2]), dataOffset };
}

/**
 * Parses a .npy file with a float32 matrix.
 *
 * @param bytes the whole file; the matrix is a view of it where its memory is aligned to 4 bytes, else a copy
 * @param what  the file's name, for errors
 * @throws InputError if it differs from what {@link encodeNpy} writes, is truncated or continues after the numbers
 */
export function parseNpy(bytes: Uint8Array, what: string): Matrix {
  const { rows, columns, dataOffset } = parseNpyHeader(bytes, what);
  const expected = dataOffset + rows * columns * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.length < expected) throw truncated(what, expected, bytes.length);
  if (bytes.length > expected) {
    throw new InputError(`${what}: expected ${expected} bytes for (${rows}, ${columns}) numbers, got ${bytes.length}`);
  }
  const start = bytes.byteOffset + dataOffset;
  const data =
    start % Float32Array.BYTES_PER_ELEMENT === 0
      ? new Float32Array(bytes.buffer, start, rows * columns)
      : new Float32Array(Uint8Array.from(bytes.subarray(dataOffset)).buffer);
  return matrix(data, rows, columns);
}

function truncated(what: string, expected: number, got: number): InputError {
  return new InputError(`${what}: cut short: expected ${expected} bytes, got ${got}; write it again`);
}
