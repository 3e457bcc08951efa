import { join } from "node:path";
import type { CheckpointFacts, CompanionFile } from "../../../src/model/checkpoint/checkpoint-facts.ts";
import { readCheckpointFacts } from "../../../src/model/checkpoint/companion-files.ts";
import type { Layout } from "../../../src/model/checkpoint/layout.ts";
import { chooseLayout } from "../../../src/model/checkpoint/resolve-checkpoint.ts";

/**
 * The facts of a virtual folder with these files: graphs by name only; other files with their content, as text or serialized to
 * JSON.
 */
export function makeFacts(files: Readonly<Record<string, unknown>>, root = "/checkpoints/clip"): CheckpointFacts {
  const isGraph = (file: string) => file.endsWith(".onnx");
  const companions = Object.entries(files).flatMap(([file, content]): [string, CompanionFile][] => {
    if (isGraph(file)) return [];
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const bytes = new TextEncoder().encode(text);
    return [[file, { file, path: join(root, file), bytes, fault: null, isFile: true, state: null }]];
  });
  return {
    path: root,
    root,
    stem: "clip",
    singleFile: null,
    weightFile: null,
    weightFiles: [],
    unfinished: [],
    graphs: Object.keys(files).filter(isGraph).sort(),
    graphsFault: null,
    companions: new Map(companions),
    notes: [],
  };
}

/** The layout of the checkpoint at a path. */
export async function readLayout(path: string, variant?: string): Promise<Layout> {
  return layoutOf(await readCheckpointFacts(path), variant);
}

/** The layout of a checkpoint with graphs. */
export function layoutOf(facts: CheckpointFacts, variant?: string): Layout {
  const found = chooseLayout(facts, variant);
  if ("weights" in found) throw new Error(`${facts.path}: weights, where a test expects graphs`);
  return found;
}
