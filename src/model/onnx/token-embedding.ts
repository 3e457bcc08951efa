import type { OnnxModel } from "./onnx-model.ts";

/** Operations that pass ids or a table without changing the number of rows. */
const PASS_THROUGH = new Set(["Cast", "Identity", "DequantizeLinear", "Reshape", "Flatten", "Clip", "Where"]);

/**
 * Finds the number of rows of a text graph's token embedding, which is the size of the vocabulary: the matrix that a Gather reads
 * with the ids.
 *
 * @param ids name of the input with the token ids
 * @returns null if the graph has another structure
 */
export function tokenEmbeddingRows(model: OnnxModel, ids: string): number | null {
  const tables = new Map<string, number>();
  for (const { name, dims } of model.tensors) if (dims.length === 2) tables.set(name, dims[0] as number);
  const idNames = new Set([ids]);
  for (const node of model.nodes) {
    const [first, second] = node.inputs;
    const output = node.outputs[0];
    if (output === undefined || first === undefined) continue;
    if (PASS_THROUGH.has(node.op)) {
      if (node.inputs.some((name) => idNames.has(name))) idNames.add(output);
      const rows = tables.get(first);
      if (rows !== undefined) tables.set(output, rows);
    }
    const rows = tables.get(first);
    if (/^Gather(BlockQuantized)?$/.test(node.op) && rows !== undefined && idNames.has(second ?? "")) return rows;
  }
  return null;
}
