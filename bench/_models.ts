import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython, ROOT, runChild } from "./_child.ts";
import { samplePath } from "./_samples.ts";

/** Models to time. They are created once in a folder outside the checkout and kept there. */

export const TRANSFORMERS_JS = "4.3.1";

export function modelsFolder(given: string | undefined): string {
  const folder = given ?? process.env.SHIFTLINE_BENCH_MODELS ?? join(tmpdir(), "shiftline-bench-models");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** open_clip's random weights (seed 0), exported to float32 graphs; ViT-B/32 with its int8 variant. @returns its folder */
export function openClipModel(models: string, architecture: "ViT-B-32" | "ViT-L-14"): string {
  const folder = make(models, architecture.toLowerCase(), (making) => {
    const python = needPython(`${architecture} of open_clip`);
    runChild(python, ["bench/peers/random_open_clip.py", architecture, making]);
    runChild(python, ["examples/export/open_clip_export.py", `local-dir:${making}`, "", making]);
  });
  return architecture === "ViT-B-32" ? addInt8(folder) : folder;
}

/** The small checkpoint of the samples, trained on photos of all 1000 classes; null if it is missing. */
export function photosClip(models: string): string | null {
  const source = samplePath("photos-clip");
  if (source === null) return null;
  return addInt8(make(models, "photos-clip", (making) => cpSync(source, making, { recursive: true, mode: 0 })));
}

/** The tests' tiny ViT, with its int8 variant. */
export function tinyViT(models: string): string {
  const source = join(ROOT, "test", "fixtures", "checkpoints", "vit-open-clip");
  return addInt8(make(models, "vit-open-clip", (making) => cpSync(source, making, { recursive: true })));
}

/** transformers' CLIPModel of ViT-B/32's shape in the Hugging Face layout, both as one graph and as two. */
export function huggingFaceModel(models: string): string {
  return make(models, "hugging-face-vit-b-32", (making) => {
    const python = needPython("ViT-B/32 of transformers");
    const saved = `${making}-saved`;
    runChild(python, ["bench/peers/random_hugging_face.py", saved]);
    runChild(python, ["examples/export/hugging_face_export.py", saved, making]);
    runChild(python, ["examples/export/hugging_face_export.py", saved, making, "--split"]);
    rmSync(saved, { recursive: true });
  });
}

/** transformers.js, installed on demand because it is large and the product does not need it. @returns its folder */
export function transformersJs(models: string): string {
  return make(models, `transformers-js-${TRANSFORMERS_JS}`, (making) => {
    const install = ["install", "--prefix", making, "--save-exact", "--ignore-scripts", "--no-audit", "--no-fund"];
    runChild("npm", [...install, `@huggingface/transformers@${TRANSFORMERS_JS}`]);
  });
}

function addInt8(folder: string): string {
  if (!existsSync(join(folder, "textual_quantized.onnx"))) {
    console.error(`creating the int8 variant of ${folder}`);
    runChild(needPython("an int8 variant"), ["bench/peers/quantize.py", folder]);
  }
  return folder;
}

/** Creates a folder under a temporary name and renames it when it is complete. */
function make(models: string, name: string, fill: (making: string) => void): string {
  const folder = join(models, name);
  if (existsSync(folder)) return folder;
  console.error(`creating ${folder}`);
  const making = join(models, `.making-${name}`);
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  fill(making);
  renameSync(making, folder);
  return folder;
}

function needPython(what: string): string {
  const python = findPython();
  if (python === null) {
    throw new Error(
      `${what}: set SHIFTLINE_ORACLE to a Python environment with open_clip, transformers, onnx, onnxruntime`,
    );
  }
  return python;
}
