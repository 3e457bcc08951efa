import { PbfReader } from "pbf";
import { type FieldForm, FORMS, type MessageName } from "./onnx-schema.ts";

/** Messages inside one another: protobuf's own limit (CodedInputStream, `kDefaultRecursionLimit`). A subgraph takes three. */
export const MAX_DEPTH = 100;
/** Messages, some ten of which make a node: the graphs of the largest checkpoints have 20,000 nodes. */
const MAX_MESSAGES = 2_000_000;
/** Numbers and texts: so many fit into memory, and into one array of V8's. */
const MAX_VALUES = 32_000_000;

/** Why a message is not read. */
export type Fault = "damaged" | "too deep" | "too large";

interface Budget {
  messages: number;
  values: number;
}

/**
 * Walks over a message and those in it, as far as the schema knows them, before any is read into objects: pbf's readers trust what
 * they read. They do not look at how a field lies in its message, nor whether it ends where its message does, and each nested message
 * is a call and an object more.
 *
 * @returns null where the readers can have it
 */
export function findFault(bytes: Uint8Array, kind: MessageName): Fault | null {
  try {
    return walk(new PbfReader(bytes), bytes.length, kind, 0, { messages: 0, values: 0 });
  } catch {
    return "damaged"; // pbf's reader is past the end, or at a wire type that there is not
  }
}

function walk(reader: PbfReader, end: number, kind: MessageName, depth: number, budget: Budget): Fault | null {
  if (depth > MAX_DEPTH) return "too deep";
  if (++budget.messages > MAX_MESSAGES) return "too large";
  const forms = FORMS[kind];
  let seen = 0;
  for (let number = reader.nextField(end); number !== 0; number = reader.nextField(end)) {
    const form = forms[number];
    if (form === undefined) continue; // the next call skips it
    if (form.message === null) {
      if (reader.type !== form.wire && !isPacked(reader, form)) return "damaged";
      budget.values += isPacked(reader, form) ? packedValues(reader, end, form) : 1;
      if (budget.values > MAX_VALUES) return "too large";
      continue;
    }
    if (reader.type !== 2) return "damaged";
    if (!form.repeated) {
      // protobuf merges the two, pbf's readers take the last: no exporter writes that
      if ((seen & (1 << number)) !== 0) return "damaged";
      seen |= 1 << number;
    }
    const length = reader.readVarint();
    if (reader.pos + length > end) return "damaged";
    const fault = walk(reader, reader.pos + length, form.message, depth + 1, budget);
    if (fault !== null) return fault;
  }
  return reader.pos === end ? null : "damaged";
}

function isPacked(reader: PbfReader, form: FieldForm): boolean {
  return form.repeated && form.wire !== 2 && reader.type === 2;
}

/** How many numbers a packed field has, at most; NaN where they do not end with the field. */
function packedValues(reader: PbfReader, end: number, { wire }: FieldForm): number {
  const length = reader.readVarint();
  const from = reader.pos;
  reader.pos += length;
  if (reader.pos > end) throw new RangeError("a packed field goes on past its message");
  const isWhole = wire === 5 ? length % 4 === 0 : length === 0 || (reader.buf[from + length - 1] as number) < 128;
  if (!isWhole) throw new RangeError("a packed field ends within a number");
  return wire === 5 ? length / 4 : length;
}
