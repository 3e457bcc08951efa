import { closeSync, fstatSync, readSync } from "node:fs";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { openRegularSync } from "../../foundation/files/regular-file.ts";
import { byteSize } from "../../foundation/number-text.ts";
import { MAX_DEPTH } from "./check-structure.ts";
import { FIELD, FORMS, type MessageName } from "./onnx-schema.ts";
import { delimitedHead, joinPieces, MAX_MESSAGE_BYTES, MAX_VARINT_BYTES } from "./wire.ts";

/** Maximum size in bytes of fields that are kept: larger than any node, name or scalar, smaller than weights worth skipping. */
const KEEP = 4096;
/** Bytes per read. A larger size would read weights that are skipped anyway. */
const WINDOW = 16_384;
/** Maximum number of copied fields, one per node: graphs of the largest checkpoints have about ten thousand. */
const MAX_FIELDS = 2_000_000;
/** Maximum number of copied bytes: without weights, a few hundred kilobytes remain; 20 MB for the largest graphs. */
const MAX_COPIED = 256e6;

/** The fields of a ModelProto; any other number at the top level means that the file has another format. */
const MODEL_FIELDS: ReadonlySet<number> = new Set(Object.values(FIELD.ModelProto));

interface FileWindow {
  readonly path: string;
  readonly size: number;
  /** The fields and bytes copied so far. */
  readonly copied: { fields: number; bytes: number };
  /** The bytes [position, position + length), length at most KEEP and a key; valid until the next call. */
  read(position: number, length: number): Uint8Array;
}

/**
 * Reads an ONNX file without its weights: the same protobuf message, without payloads over 4 KiB. A checkpoint of gigabytes
 * shrinks to a few hundred kilobytes, and no weight is read. Reads are synchronous because they are few and small.
 *
 * @throws InputError if the file cannot be read, is not a regular file, is not ONNX, is truncated, or is larger or nested deeper
 *   than onnxruntime supports
 */
export function readOnnxSkeleton(path: string): Uint8Array {
  let descriptor: number;
  try {
    descriptor = openRegularSync(path);
  } catch (cause) {
    throw readError(path, cause);
  }
  try {
    return copyMessage(openWindow(path, descriptor), 0, null, "ModelProto", 0);
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

function openWindow(path: string, descriptor: number): FileWindow {
  const size = fstatSync(descriptor).size;
  const buffer = new Uint8Array(WINDOW);
  let start = 0;
  let filled = 0;
  return {
    path,
    size,
    copied: { fields: 0, bytes: 0 },
    read(position, length) {
      if (position + length > size) throw truncated(path, size);
      if (position < start || position + length > start + filled) {
        start = position;
        filled = readSync(descriptor, buffer, 0, Math.min(WINDOW, size - position), position);
        if (filled < length) throw truncated(path, size);
      }
      return buffer.subarray(position - start, position - start + length);
    },
  };
}

/**
 * Copies the message at [start, end), end null for the whole file, without large payloads; nested messages are processed
 * recursively.
 */
function copyMessage(
  file: FileWindow,
  start: number,
  end: number | null,
  kind: MessageName,
  depth: number,
): Uint8Array {
  if (depth > MAX_DEPTH) throw tooDeep(file.path);
  const limit = end ?? file.size;
  const pieces: Uint8Array[] = [];
  let position = start;
  let from = start;
  if (kind === "ModelProto") refuseOtherFiles(file);
  while (position < limit) {
    const tag = readVarint(file, position);
    count(file, position - from);
    from = position;
    const number = Math.floor(tag.value / 8);
    const wire = tag.value % 8;
    if (kind === "ModelProto" && !MODEL_FIELDS.has(number)) throw notOnnx(file.path);
    const body = position + tag.length;
    if (wire === 2) {
      const length = readVarint(file, body);
      const payload = body + length.length;
      if (payload + length.value > limit) throw end === null ? truncated(file.path, file.size) : notOnnx(file.path);
      const message = FORMS[kind][number]?.message ?? null;
      if (length.value <= KEEP) {
        pieces.push(file.read(position, payload - position + length.value).slice());
      } else if (message !== null) {
        const copy = copyMessage(file, payload, payload + length.value, message, depth + 1);
        pieces.push(delimitedHead(number, copy.length), copy);
      }
      position = payload + length.value;
    } else {
      const length = wire === 0 ? readVarint(file, body).length : wire === 1 ? 8 : wire === 5 ? 4 : null;
      if (length === null) throw notOnnx(file.path);
      pieces.push(file.read(position, tag.length + length).slice());
      position = body + length;
    }
  }
  return joinPieces(pieces);
}

function readVarint(file: FileWindow, position: number): { value: number; length: number } {
  let value = 0;
  for (let length = 1; length <= MAX_VARINT_BYTES; length++) {
    const byte = file.read(position + length - 1, 1)[0] as number;
    value += (byte & 0x7f) * 2 ** (7 * (length - 1));
    if (byte < 0x80) return { value, length };
  }
  throw notOnnx(file.path);
}

function refuseOtherFiles(file: FileWindow): void {
  if (file.size === 0) throw new InputError(`${file.path}: expected an ONNX graph, got an empty file`);
  if (file.size > MAX_MESSAGE_BYTES) {
    throw new InputError(
      `${file.path}: ${byteSize(file.size)}, the maximum for an ONNX file is 2 GiB; export it with its weights as external data`,
    );
  }
  const head = new TextDecoder("latin1").decode(file.read(0, Math.min(64, file.size)));
  if (head.startsWith("version https://git-lfs")) {
    throw new InputError(`${file.path}: a Git LFS pointer, not an ONNX file; fetch it with "git lfs pull"`);
  }
}

/** @throws InputError for an implausibly large graph before it exhausts memory */
function count(file: FileWindow, bytes: number): void {
  const { copied } = file;
  copied.fields += 1;
  if (bytes <= KEEP) copied.bytes += bytes;
  if (copied.fields > MAX_FIELDS || copied.bytes > MAX_COPIED) throw tooLarge(file.path);
}

/** The error for an implausibly large graph. */
export function tooLarge(path: string): InputError {
  return new InputError(
    `${path}: its graph has more than ${MAX_FIELDS} parts or ${byteSize(MAX_COPIED)} without its weights; no exporter writes such a file`,
  );
}

/** The error for graphs nested too deeply. */
export function tooDeep(path: string): InputError {
  return new InputError(`${path}: its subgraphs are nested deeper than onnxruntime supports (${MAX_DEPTH} messages)`);
}

/** The error for bytes that are not a model. */
export function notOnnx(path: string, options?: ErrorOptions): InputError {
  return new InputError(`${path}: not an ONNX file, or a damaged one; export or download it again`, options);
}

function truncated(path: string, size: number): InputError {
  return new InputError(
    `${path}: the ONNX file is truncated: its graph extends past the end at ${size} bytes; copy or export it again`,
  );
}
