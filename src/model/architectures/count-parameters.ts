import type { StoredTensor } from "../weights/weights.ts";
import type { TextTransformer, VisionTower } from "./towers.ts";

/** Counts the elements of a tower's tensors, shared ones once, including a ResNet's running means and variances. */
export function countParameters(tower: VisionTower | TextTransformer): number {
  const sizes = new Map<string, number>();
  addTensors(tower, sizes);
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function addTensors(record: object, sizes: Map<string, number>): void {
  if (isStored(record)) {
    const size = record.shape.reduce((product, n) => product * n, 1);
    sizes.set(`${record.file} ${record.offset} ${size}`, size);
    return;
  }
  for (const value of Object.values(record)) {
    if (typeof value === "object" && value !== null) addTensors(value, sizes);
  }
}

function isStored(record: object): record is StoredTensor {
  return "byteLength" in record && "shape" in record;
}
