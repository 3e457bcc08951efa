import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import type { DenseConfig } from "./pooling-config.ts";
import type { DenseLayer } from "./text-pooling.ts";

/** Reads the weights of a Dense layer. @throws InputError if the file cannot be read, is damaged, or has them in another shape */
export async function readDenseLayer(root: string, config: DenseConfig): Promise<DenseLayer> {
  const { inputs, outputs, activation, hasBias, weights } = config;
  const path = join(root, weights);
  const read = parseSafetensors(await readBytes(path), path);
  return {
    inputs,
    outputs,
    activation,
    weight: read("linear.weight", [outputs, inputs]),
    bias: hasBias ? read("linear.bias", [outputs]) : null,
  };
}

/** A longer header is damage: safetensors' own reader takes no longer one. */
const MAX_HEADER_BYTES = 100e6;
const HEADER = z.record(z.string(), z.unknown());
const ENTRY = z.looseObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** Gives float32 tensors of a safetensors file by name and shape. @throws InputError if it is damaged or has them otherwise */
function parseSafetensors(bytes: Uint8Array, where: string): (name: string, shape: readonly number[]) => Float32Array {
  const damaged = (what: string) => new InputError(`${where}: not a whole safetensors file: ${what}`);
  if (bytes.length < 8) throw damaged("it is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) throw damaged("its header is cut off");
  if (length > BigInt(MAX_HEADER_BYTES)) throw damaged("its header is too long");
  const start = 8 + Number(length);
  const header = parseHeader(bytes.subarray(8, start), where);
  return (name, shape) => {
    const entry = ENTRY.safeParse(header[name]).data;
    if (entry === undefined) throw new InputError(`${where}: it has no ${name}`);
    if (entry.dtype !== "F32" || entry.shape.join() !== shape.join()) {
      throw new InputError(
        `${where}: ${name}: expected F32 (${shape.join(", ")}), got ${entry.dtype} (${entry.shape.join(", ")})`,
      );
    }
    const [from, to] = entry.data_offsets;
    const count = shape.reduce((product, size) => product * size, 1);
    if (to - from !== count * 4 || start + to > bytes.length) throw damaged(`${name} is cut off`);
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + from + i * 4, true));
  };
}

function parseHeader(bytes: Uint8Array, where: string): Record<string, unknown> {
  const refuse = (cause: unknown) =>
    new InputError(`${where}: not a safetensors file: its header is not JSON`, { cause });
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw cause instanceof SyntaxError ? refuse(cause) : cause;
  }
  const header = HEADER.safeParse(json);
  if (!header.success) throw refuse(header.error);
  return header.data;
}
