import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { encodeNpy, parseNpy, parseNpyHeader } from "../../../src/foundation/files/npy.ts";
import { type Matrix, matrix } from "../../../src/foundation/math/matrix.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/npy/${name}.npy`, import.meta.url));

/** Files that make-npy.py saved with numpy. */
const SAVED: Record<string, Matrix> = {
  "matrix-3x4": matrix(
    Float32Array.of(
      0,
      -0,
      1.5,
      1 / 3,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      3.4028235e38,
      1e-45,
      -1,
      2,
      -3,
      4,
    ),
    3,
    4,
  ),
  "matrix-0x5": matrix(new Float32Array(0), 0, 5),
  "matrix-1000x1": matrix(
    Float32Array.from({ length: 1000 }, (_, i) => i),
    1000,
    1,
  ),
};

const anyMatrix = fc
  .record({ rows: fc.nat(12), columns: fc.nat(12) })
  .chain(({ rows, columns }) =>
    fc
      .float32Array({ minLength: rows * columns, maxLength: rows * columns })
      .map((data) => matrix(data, rows, columns)),
  );

describe.each(Object.entries(SAVED))("numpy's %s.npy", (name, saved) => {
  it("is read to the numbers that numpy saved", () => {
    expect(parseNpy(fixture(name), name)).toEqual(saved);
  });

  it("is what encodeNpy writes, byte for byte", () => {
    expect(Buffer.from(encodeNpy(saved))).toEqual(fixture(name));
  });

  it("has its shape in the header", () => {
    expect(parseNpyHeader(fixture(name).subarray(0, 128), name)).toEqual({
      rows: saved.rows,
      columns: saved.columns,
      dataOffset: 128,
    });
  });
});

describe("parseNpy", () => {
  it("reads what encodeNpy wrote, bit by bit, from memory of any alignment", () => {
    fc.assert(
      fc.property(anyMatrix, fc.nat(7), (m, shift) => {
        const encoded = encodeNpy(m);
        const shifted = Buffer.alloc(encoded.length + shift);
        shifted.set(encoded, shift);
        const read = parseNpy(shifted.subarray(shift), "shifted");
        expect([read.rows, read.columns]).toEqual([m.rows, m.columns]);
        expect(new Uint8Array(read.data.slice().buffer)).toEqual(new Uint8Array(m.data.slice().buffer)); // NaN payloads too
      }),
      { seed: 1 },
    );
  });

  it.each([
    ["float64", "part.npy: expected float32 ('<f4'), got '<f8'"],
    ["big-endian", "part.npy: expected float32 ('<f4'), got '>f4'"],
    ["structured", "part.npy: expected float32 ('<f4'), got [('a', '<f4')]"],
    ["fortran-order", "part.npy: expected C order, got Fortran order"],
    ["one-dimension", "part.npy: expected a shape of two sizes (n, d), got (4,)"],
    ["three-dimensions", "part.npy: expected a shape of two sizes (n, d), got (3, 2, 2)"],
    ["scalar", "part.npy: expected a shape of two sizes (n, d), got ()"],
    ["version-2", "part.npy: expected .npy version 1.0, got 2.0"],
  ])("refuses numpy's %s array", (name, message) => {
    expect(() => parseNpy(fixture(`refused-${name}`), "part.npy")).toThrow(new InputError(message));
  });

  it("refuses every file that is cut short", () => {
    const whole = fixture("matrix-3x4");
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseNpy(whole.subarray(0, length), "part.npy")).toThrow(InputError);
    }
    expect(() => parseNpy(whole.subarray(0, 175), "part.npy")).toThrow(
      "part.npy: cut short: expected 176 bytes, got 175; write it again",
    );
  });

  it("refuses bytes after the numbers", () => {
    expect(() => parseNpy(Buffer.concat([fixture("matrix-3x4"), Buffer.of(0)]), "part.npy")).toThrow(
      "part.npy: expected 176 bytes for (3, 4) numbers, got 177",
    );
  });

  it.each([
    ["(-3, 4)", "expected a shape of two sizes (n, d), got (-3, 4)"],
    ["(03, 4)", "expected a shape of two sizes (n, d), got (03, 4)"],
    ["(3.0, 4)", "expected a shape of two sizes (n, d), got (3.0, 4)"],
    ["(999999999999, 999999999999)", "part.npy: cut short"],
    ["(1000000000000, 0)", "expected a shape of two sizes (n, d), got (1000000000000, 0)"],
  ])("refuses the shape %s", (shape, message) => {
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(182).concat("\n");
    const bytes = Buffer.concat([
      Buffer.from("\x93NUMPY\x01\x00\xb7\x00", "latin1"),
      Buffer.from(header),
      Buffer.alloc(48),
    ]);
    expect(() => parseNpy(bytes, "part.npy")).toThrow(message);
    expect(() => parseNpy(bytes, "part.npy")).toThrow(InputError);
  });

  it("refuses any bytes, and a good file with any byte of its header changed, by InputError alone", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => parseNpy(bytes, "part.npy")).toThrow(InputError);
      }),
      { seed: 2 },
    );
    fc.assert(
      fc.property(fc.nat(127), fc.nat(255), (place, value) => {
        const bytes = Uint8Array.from(fixture("matrix-3x4"));
        fc.pre(bytes[place] !== value);
        bytes[place] = value;
        expect(() => parseNpy(bytes, "part.npy")).toThrow(InputError);
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});
