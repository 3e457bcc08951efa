import { isUtf8 } from "node:buffer";
import { InputError } from "../../foundation/errors.ts";

/** Maximum size of an integer in bytes; a larger integer is skipped. */
const MAX_INTEGER_BYTES = 256;
/** Maximum length of a module or class name, in characters. */
const MAX_LINE = 4096;

/** Reads a pickle's opcodes and their arguments, never past its end. */
export interface PickleCursor {
  position(): number;
  byte(): number;
  /** @param bytes size of an unsigned little-endian integer: 1, 2, 4 or 8 */
  unsigned(bytes: 1 | 2 | 4 | 8): number;
  signed4(): number;
  double(): number;
  bytes(length: number): Buffer;
  text(length: number): string;
  /** Python 2's str: UTF-8, as torch.load decodes it, or bytes as Latin-1 */
  oldText(length: number): string;
  line(): string;
  /** an integer in two's complement; null if it exceeds the maximum size */
  integer(length: number): number | bigint | null;
  fault(what: string): InputError;
}

/** @param where the file and the pickle in it, for messages */
export function pickleCursor(pickle: Buffer, where: string): PickleCursor {
  let at = 0;
  const fault = (what: string): InputError =>
    new InputError(`${where}: not a valid pickle: ${what} at byte ${at}; fetch or save the file again`);
  const take = (length: number): number => {
    if (length > pickle.length - at) throw fault("it is truncated");
    const from = at;
    at += length;
    return from;
  };
  return {
    position: () => at,
    byte: () => pickle[take(1)] as number,
    unsigned(bytes) {
      const from = take(bytes);
      if (bytes < 8) return pickle.readUIntLE(from, bytes);
      const value = pickle.readBigUInt64LE(from);
      return value > BigInt(pickle.length) ? Number.POSITIVE_INFINITY : Number(value);
    },
    signed4: () => pickle.readInt32LE(take(4)),
    double: () => pickle.readDoubleBE(take(8)),
    bytes(length) {
      const from = take(length);
      return pickle.subarray(from, at);
    },
    text(length) {
      const from = take(length);
      if (!isUtf8(pickle.subarray(from, at))) throw fault("a string is not UTF-8");
      return pickle.toString("utf8", from, at);
    },
    oldText(length) {
      const from = take(length);
      return pickle.toString(isUtf8(pickle.subarray(from, at)) ? "utf8" : "latin1", from, at);
    },
    line() {
      const end = pickle.indexOf(10, at);
      if (end < 0) throw fault("it is truncated");
      if (end - at > MAX_LINE) throw fault(`a name has more than ${MAX_LINE} characters`);
      const line = pickle.subarray(at, end);
      if (!isUtf8(line)) throw fault("a name is not UTF-8");
      at = end + 1;
      return line.toString("utf8");
    },
    integer(length) {
      const from = take(length);
      if (length === 0) return 0;
      if (length > MAX_INTEGER_BYTES) return null;
      if (length <= 6) return pickle.readIntLE(from, length);
      const digits = Buffer.from(pickle.subarray(from, at)).reverse().toString("hex");
      const value = BigInt.asIntN(8 * length, BigInt(`0x${digits}`));
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    },
    fault,
  };
}
