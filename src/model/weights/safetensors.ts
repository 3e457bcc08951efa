import { isUtf8 } from "node:buffer";
import { InputError } from "../../foundation/errors.ts";
import { byteSize } from "../../foundation/number-text.ts";
import { type JsonValue, parseStrictJson } from "./strict-json.ts";
import type { WeightFile } from "./weight-file.ts";
import { type FileTensors, STORED_BYTES, type StoredTensor, type StoredType } from "./weights.ts";
import { shown } from "./zip-directory.ts";

/*
 * Eight bytes with the header's length, the header as JSON, then the tensors without gaps.
 * Source: https://huggingface.co/docs/safetensors, "Format"; reference: safetensors 0.8.0, src/tensor.rs, `SafeTensors::read_metadata`, `Metadata::validate`
 */
const LENGTH_BYTES = 8;
/** Maximum size of a header in bytes, enough for 150,000 tensors. The reference allows 100 MB, which take 1.5 GB once parsed. */
const MAX_HEADER = 16e6;
/** Nesting depth: the header, a tensor, its shape. */
const DEPTH = 3;
const MAX_AXES = 64;

const TYPES: ReadonlyMap<string, StoredType> = new Map([
  ["F64", "float64"],
  ["F32", "float32"],
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["I64", "int64"],
  ["I32", "int32"],
  ["I16", "int16"],
  ["I8", "int8"],
  ["U8", "uint8"],
  ["BOOL", "bool"],
]);
/** Bits per element of the types that the format defines and this program does not read. */
const OTHER_BITS: ReadonlyMap<string, number> = new Map([
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ["F8_E4M3", 8],
  ["F8_E4M3FNUZ", 8],
  ["F8_E5M2", 8],
  ["F8_E5M2FNUZ", 8],
  ["F8_E8M0", 8],
  ["U16", 16],
  ["U32", 32],
  ["U64", 64],
  ["C64", 64],
]);

/** A tensor's entry in the header. */
interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** of the tensors' bytes */
  readonly begin: number;
  readonly end: number;
}

/** The first byte of a header, which is a JSON object: the format allows no white space before it. */
const OPENING_BRACE = 0x7b;

/**
 * Reads the header of a safetensors file.
 *
 * @throws InputError where the reference implementation rejects the file: a length beyond the file, offsets with gaps or
 *   overlaps, a byte count that does not match the shape; also if a name appears twice
 */
export function readSafetensors(file: WeightFile): FileTensors {
  const fault = (what: string): InputError => new InputError(`${file.path}: not a valid safetensors file: ${what}`);
  if (file.size < LENGTH_BYTES) throw fault(`truncated: expected at least 8 bytes, got ${file.size}`);
  const claimed = file.read(0, LENGTH_BYTES).readBigUInt64LE(0);
  if (file.size === LENGTH_BYTES || file.read(LENGTH_BYTES, 1)[0] !== OPENING_BRACE) {
    throw new InputError(
      `${file.path}: not a safetensors file: no header follows its first 8 bytes; name the file that holds the weights, or download it again`,
    );
  }
  if (claimed > BigInt(MAX_HEADER)) {
    throw fault(`its header claims ${claimed} bytes, the maximum is ${byteSize(MAX_HEADER)}`);
  }
  const start = LENGTH_BYTES + Number(claimed);
  if (start > file.size) throw fault(`truncated: its header ends at byte ${start}, the file has ${file.size}`);
  const bytes = file.read(LENGTH_BYTES, Number(claimed));
  if (!isUtf8(bytes)) throw fault("its header is not UTF-8");
  const header = parseStrictJson(bytes.toString("utf8"), DEPTH, `${file.path}: header`);
  const entries = entriesOf(header, fault).sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors: StoredTensor[] = [];
  const unusable = new Map<string, string>();
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end || entry.end < entry.begin) {
      throw fault(
        `tensor ${shown(entry.name)}: its bytes ${entry.begin} to ${entry.end} do not follow the previous tensor, which ends at ${end}`,
      );
    }
    end = entry.end;
    checkBytes(entry, fault);
    const type = TYPES.get(entry.dtype);
    if (type === undefined) {
      unusable.set(entry.name, `its element type is ${shown(entry.dtype)}, which is not supported`);
    } else {
      const { name, shape } = entry;
      const offset = start + entry.begin;
      tensors.push({
        name,
        type,
        shape,
        file: file.realPath,
        offset,
        byteLength: entry.end - entry.begin,
        strides: null,
      });
    }
  }
  if (start + end !== file.size) {
    throw fault(
      start + end > file.size
        ? `truncated: expected ${start + end} bytes, got ${file.size}; fetch the file again`
        : `${file.size - start - end} bytes follow its last tensor`,
    );
  }
  return { format: "safetensors", tensors, unusable, values: new Map(), notes: [] };
}

type Fault = (what: string) => InputError;

function entriesOf(header: JsonValue, fault: Fault): Entry[] {
  if (!(header instanceof Map)) throw fault("its header is not an object");
  const entries: Entry[] = [];
  for (const [name, value] of header as ReadonlyMap<string, JsonValue>) {
    if (name === "__metadata__") {
      const texts = value instanceof Map ? [...value.values()] : [null];
      if (value !== null && !texts.every((text) => typeof text === "string")) {
        throw fault("its __metadata__ is not an object of strings");
      }
      continue;
    }
    const [dtype, shape, offsets] = ["dtype", "shape", "data_offsets"].map((field) =>
      value instanceof Map ? (value.get(field) as JsonValue | undefined) : undefined,
    );
    const [begin, end, rest] = Array.isArray(offsets) ? (offsets as readonly JsonValue[]) : [];
    const isValid = typeof dtype === "string" && isSizes(shape) && isSize(begin) && isSize(end) && rest === undefined;
    if (!isValid) {
      throw fault(`tensor ${shown(name)}: expected a dtype, a shape and two data_offsets`);
    }
    if (shape.length > MAX_AXES) throw fault(`tensor ${shown(name)}: it has ${shape.length} axes`);
    entries.push({ name, dtype, shape, begin, end });
  }
  return entries;
}

/** @throws InputError if the byte count does not match the shape; types that the format may add later are not checked */
function checkBytes({ name, dtype, shape, begin, end }: Entry, fault: Fault): void {
  const type = TYPES.get(dtype);
  const bits = type === undefined ? OTHER_BITS.get(dtype) : 8 * STORED_BYTES[type];
  if (bits === undefined) return;
  // The reference multiplies in this order and rejects an overflow, even before an axis of size 0
  let expected = 1;
  for (const size of shape) {
    expected *= size;
    if (!Number.isSafeInteger(expected)) throw fault(`tensor ${shown(name)}: it has more elements than can be counted`);
  }
  if (expected * bits !== (end - begin) * 8) {
    throw fault(
      `tensor ${shown(name)}: it has ${end - begin} bytes, but shape (${shape.join(", ")}) of ${dtype} needs ${(expected * bits) / 8}`,
    );
  }
}

function isSizes(value: JsonValue | undefined): value is readonly number[] {
  return Array.isArray(value) && (value as readonly JsonValue[]).every(isSize);
}

function isSize(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
