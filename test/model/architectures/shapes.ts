import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { StoredTensor, Weights } from "../../../src/model/weights/weights.ts";
import { fixtures } from "../../helpers.ts";

/** Name → shape. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** The tensors of an OpenAI model, as the committed script lists them: `{name with * for the block: [shape, blocks]}`. */
export function openAiShapes(model: string): Shapes {
  const models = JSON.parse(readFileSync(join(fixtures, "architectures/openai-shapes.json"), "utf8"));
  const rows = Object.entries(models[model] as Record<string, [number[], number[]]>);
  return Object.fromEntries(
    rows.flatMap(([name, [shape, blocks]]) =>
      blocks.map((block) => [(name.split(" ")[0] as string).replace("*", String(block)), shape]),
    ),
  );
}

/** Weights of these shapes, float32, consecutive in a file that does not exist. */
export function weightsOf(shapes: Shapes, changes: Partial<Weights> = {}): Weights {
  let offset = 0;
  const tensors = Object.entries(shapes).map(([name, shape]): [string, StoredTensor] => {
    const byteLength = 4 * shape.reduce((size, n) => size * n, 1);
    const tensor = { name, type: "float32", shape, file: "/weights/w.pt", offset, byteLength, strides: null } as const;
    offset += byteLength;
    return [name, tensor];
  });
  return {
    path: "/weights/w.pt",
    format: "pytorch",
    files: ["/weights/w.pt"],
    tensors: new Map(tensors),
    unusable: new Map(),
    values: new Map(),
    notes: [],
    ...changes,
  };
}
