// NumPy's array file of bytes, in the format of numpy.save: magic, version 1.0, header length, a Python dictionary, then the numbers, row-major.

/** The bytes before the numbers of a uint8 array of shape (rows, columns). */
function header(rows, columns) {
  const dictionary = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const length = Math.ceil((10 + dictionary.length + 22 - String(rows).length) / 64) * 64 - 10;
  const bytes = Buffer.from(`\x93NUMPY\x01\x00..${dictionary.padEnd(length - 1)}\n`, "latin1");
  bytes.writeUInt16LE(length, 8);
  return bytes;
}

/**
 * @param {Uint8Array} values (rows, columns), row-major
 * @returns the file's bytes
 */
export function encodeTop1(values, rows, columns) {
  if (values.length !== rows * columns) throw new Error(`expected ${rows} × ${columns} numbers, got ${values.length}`);
  return Buffer.concat([header(rows, columns), values]);
}

/**
 * @param {Uint8Array} bytes the whole file
 * @returns {Uint8Array} (rows, columns), row-major
 * @throws if the file is not exactly an array of this shape
 */
export function decodeTop1(bytes, rows, columns, what) {
  const start = header(rows, columns);
  if (!start.equals(bytes.subarray(0, start.length)) || bytes.length !== start.length + rows * columns)
    throw new Error(`${what}: expected a .npy file of uint8 and shape (${rows}, ${columns})`);
  return bytes.subarray(start.length);
}
