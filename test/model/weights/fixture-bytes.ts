import { closeSync, openSync, readSync } from "node:fs";
import { STORED_BYTES, type StoredTensor } from "../../../src/model/weights/weights.ts";

/** A tensor's values in row-major order as hexadecimal bytes, read from its stated location. */
export function tensorBytes({ type, shape, file, offset, byteLength, strides }: StoredTensor): string {
  const bytes = Buffer.alloc(byteLength);
  const descriptor = openSync(file, "r");
  if (readSync(descriptor, bytes, 0, byteLength, offset) !== byteLength) throw new Error(`${file} ends before`);
  closeSync(descriptor);
  const size = STORED_BYTES[type];
  const count = shape.reduce((product, axis) => product * axis, 1);
  const steps = strides ?? shape.map((_, i) => shape.slice(i + 1).reduce((product, axis) => product * axis, 1));
  let text = "";
  for (let element = 0; element < count; element++) {
    let rest = element;
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % (shape[axis] as number)) * (steps[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    text += bytes.toString("hex", at * size, (at + 1) * size);
  }
  return text;
}
