/**
 * Opens a checkpoint's weights, or its export, and prints JSON: seconds and memory of compiling and of opening.
 *
 *   tsx bench/_weights-memory.ts FOLDER weights|export
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileImageTower, compileTextTower } from "../src/model/architectures/compile.ts";
import { type GraphSource, loadGraph } from "../src/model/onnx/onnx-runtime.ts";
import { openClipTowers } from "./_open-clip-towers.ts";

export interface WeightsMemory {
  readonly compileSeconds: number;
  /** peak while compiling, relative to the memory before, in MB */
  readonly compileMB: number;
  readonly openSeconds: number;
  /** overall peak, relative to the memory before, in MB */
  readonly openMB: number;
}

const [folder, kind] = process.argv.slice(2) as [string, "weights" | "export"];
await import("onnxruntime-node");
const before = memory("VmRSS");
const begun = performance.now();
const sources: GraphSource[] =
  kind === "weights" ? await compile() : ["visual.onnx", "textual.onnx"].map((file) => ({ path: join(folder, file) }));
const compileSeconds = (performance.now() - begun) / 1000;
const compileMB = memory("VmHWM") - before;
const opened = performance.now();
const graphs = [];
for (const source of sources) graphs.push(await loadGraph(source));
const openSeconds = (performance.now() - opened) / 1000;
const openMB = memory("VmHWM") - before;
for (const graph of graphs) await graph.release();
console.log(JSON.stringify({ compileSeconds, compileMB, openSeconds, openMB } satisfies WeightsMemory));

async function compile(): Promise<GraphSource[]> {
  const { image, text } = await openClipTowers(folder);
  return [compileImageTower(image), compileTextTower(text)];
}

/** Memory of this process, in MB (Linux). */
function memory(field: "VmRSS" | "VmHWM"): number {
  const line = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1]) / 1024;
}
