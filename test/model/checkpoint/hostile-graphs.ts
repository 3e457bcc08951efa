import { FIELD } from "../../../src/model/onnx/onnx-schema.ts";
import { delimitedField, delimitedHead, varintField } from "../../../src/model/onnx/wire.ts";
import { node } from "./make-onnx.ts";
import type { Detour } from "./tiny-towers.ts";

/** Detours through a tiny tower that never end, or not in reasonable time. */

const yes = { name: "d.yes", type: "bool", dims: [], values: [1] } as const;

/** A Loop without a trip count whose condition stays true; a batch of more than `most` images enters it, smaller ones do not. */
export function endlessLoop(most = 0): Detour {
  return {
    tensors: [yes, { name: "d.most", type: "int64", dims: [], values: [most] }],
    nodes: (from, to) => [
      node("Shape", [from], "d.shape", { start: 0, end: 1 }),
      node("ReduceMax", ["d.shape"], "d.rows", { keepdims: 0 }),
      node("Greater", ["d.rows", "d.most"], "d.enters"),
      {
        op: "Loop",
        inputs: ["", "d.enters", from],
        outputs: [to],
        attributes: {
          body: {
            graph: {
              inputs: [
                { name: "b.iteration", type: "int64", shape: [] },
                { name: "b.goes", type: "bool", shape: [] },
                { name: "b.in", type: "float32", shape: null },
              ],
              outputs: [
                { name: "b.more", type: "bool", shape: [] },
                { name: "b.out", type: "float32", shape: null },
              ],
              nodes: [node("Identity", ["b.goes"], "b.more"), node("Neg", ["b.in"], "b.out")],
              tensors: [],
            },
          },
        },
      },
    ],
  };
}

/** `depth` functions, each of which calls the next twice: 2^depth nodes once they are inlined. */
export function doublingFunctions(depth: number): Detour {
  const call = (level: number, from: string, to: string) =>
    level === depth ? node("Neg", [from], to) : node(`F${level}`, [from], to, {}, "local");
  return {
    nodes: (from, to) => [call(0, from, to)],
    functions: Array.from({ length: depth }, (_, level) => ({
      name: `F${level}`,
      inputs: ["x"],
      outputs: ["y"],
      nodes: [call(level + 1, "x", "z"), call(level + 1, "z", "y")],
    })),
  };
}

/** `length` functions that call each other in a cycle; with 1, it calls itself. */
export function functionCircle(length: number): Detour {
  return {
    nodes: (from, to) => [node("F0", [from], to, {}, "local")],
    functions: Array.from({ length }, (_, i) => ({
      name: `F${i}`,
      inputs: ["x"],
      outputs: ["y"],
      nodes: [node(`F${(i + 1) % length}`, ["x"], "y", {}, "local")],
    })),
  };
}

/** Nested Ifs, `depth` deep; each adds `padding` bytes, so that a reader that skips large fields also descends. */
export function nestedIfs(depth: number, padding = 0): Detour {
  const branch = (level: number): ReturnType<Detour["nodes"]> =>
    level === 0
      ? [node("Identity", ["d.value"], "o0")]
      : [
          node("If", ["d.yes"], `o${level}`, {
            ...(padding > 0 ? { note: "x".repeat(padding) } : {}),
            then_branch: { graph: graphOf(level - 1) },
            else_branch: {
              graph: {
                ...graphOf(0),
                nodes: [node("Identity", ["d.value"], `e${level}`)],
                outputs: [out(`e${level}`)],
              },
            },
          }),
        ];
  const out = (name: string) => ({ name, type: "float32", shape: null }) as const;
  const graphOf = (level: number) => ({ inputs: [], outputs: [out(`o${level}`)], nodes: branch(level), tensors: [] });
  return {
    tensors: [yes],
    nodes: (from, to) => [node("Identity", [from], "d.value"), ...branch(depth), node("Identity", [`o${depth}`], to)],
  };
}

/** A file of graphs nested so deeply that writing it by recursion would fail; it contains no tower. */
export function deepNest(depth: number): Uint8Array {
  const heads: Uint8Array[] = []; // innermost first
  let length = 0;
  const wrap = (number: number) => {
    const head = delimitedHead(number, length);
    heads.push(head);
    length += head.length;
  };
  for (let level = 0; level < depth; level++) {
    for (const number of [FIELD.AttributeProto.g, FIELD.NodeProto.attribute, FIELD.GraphProto.node]) wrap(number);
  }
  wrap(FIELD.ModelProto.graph);
  const opset = varintField(FIELD.OperatorSetIdProto.version, 17);
  return Buffer.concat([
    varintField(FIELD.ModelProto.irVersion, 8),
    ...heads.reverse(),
    ...delimitedField(FIELD.ModelProto.opsetImport, [opset]),
  ]);
}
