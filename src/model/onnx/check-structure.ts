import { PbfReader } from "pbf";
import { type FieldForm, FORMS, type MessageName } from "./onnx-schema.ts";

/** Maximum nesting depth of messages: protobuf's limit (CodedInputStream, `kDefaultRecursionLimit`). A subgraph takes three. */
export const MAX_DEPTH = 100;
/** Maximum number of messages. A node has about ten; the graphs of the largest checkpoints have 20,000 nodes. */
const MAX_MESSAGES = 2_000_000;
/** Maximum number of numbers and strings: these fit into memory and into one array of V8. */
const MAX_VALUES = 32_000_000;

/** Why a message is refused. */
export type Fault = "damaged" | "too deep" | "too large";

interface Budget {
  messages: number;
  values: number;
}

/**
 * Walks through a message and its nested messages, as far as the schema defines them, before they are read into objects. pbf's
 * readers trust their input: they check neither the wire types of fields nor whether a field ends inside its message, and each
 * nested message costs a call and an object.
 *
 * @returns null if the readers can process it
 */
export function findFault(bytes: Uint8Array, kind: MessageName): Fault | null {
  try {
    return walk(new PbfReader(bytes), bytes.length, kind, 0, { messages: 0, values: 0 });
  } catch {
    return "damaged"; // pbf's reader is past the end, or at an unknown wire type
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
      // protobuf merges both occurrences, pbf's readers take the last: no exporter writes this
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

/** Maximum number of values of a packed field; NaN if they do not end with the field. */
function packedValues(reader: PbfReader, end: number, { wire }: FieldForm): number {
  const length = reader.readVarint();
  const from = reader.pos;
  reader.pos += length;
  if (reader.pos > end) throw new RangeError("a packed field extends past its message");
  const isWhole = wire === 5 ? length % 4 === 0 : length === 0 || (reader.buf[from + length - 1] as number) < 128;
  if (!isWhole) throw new RangeError("a packed field ends inside a number");
  return wire === 5 ? length / 4 : length;
}
