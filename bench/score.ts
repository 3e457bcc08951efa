/**
 * Seconds to score stored image embeddings with a classifier: reading and checking the parts, scoring, the metrics with their
 * intervals, and writing predictions.csv. The store contains random embeddings.
 *
 *   npm run bench -- score [IMAGES] [COLUMNS] [RUNS]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "../src/data/dataset/manifest.ts";
import { createPreprocessing } from "../src/data/image/preprocessing.ts";
import { collectImages } from "../src/data/sources/image-list.ts";
import { formatPredictions } from "../src/evaluation/results/predictions-file.ts";
import { computeMetrics } from "../src/evaluation/scoring/compute-metrics.ts";
import { labelPredictions } from "../src/evaluation/scoring/label-predictions.ts";
import { predict } from "../src/evaluation/scoring/predict.ts";
import { openPartStore } from "../src/evaluation/store/part-store.ts";
import { atomicWrite } from "../src/foundation/files/atomic-write.ts";
import { matrix } from "../src/foundation/math/matrix.ts";
import { normalizeRowsInPlace } from "../src/foundation/math/normalize-rows.ts";
import { DEFAULT_RUNTIME } from "../src/model/onnx/runtime.ts";
import { spread } from "./_median.ts";

const [imagesText = "167000", columnsText = "512", runsText = "5"] = process.argv.slice(2);
const n = Number(imagesText);
const d = Number(columnsText);
const CLASSES = 1000;
let state = 1;

function random(rows: number): Float32Array {
  return Float32Array.from({ length: rows * d }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

const images = Array.from({ length: n }, (_, i) => ({
  path: `n${i % CLASSES}/${i}.jpg`,
  bytes: i,
  label: i % CLASSES,
}));
const manifest: Manifest = {
  benchmark: "imagenet",
  format: "folder",
  root: "/",
  layout: "class-folders",
  images: collectImages(images),
  sha256: "0".repeat(64),
};
const space = {
  rows: Array.from({ length: CLASSES }, (_, c) => Int32Array.of(c)),
  accepted: Array.from({ length: CLASSES }, (_, c) => [c]),
};
const scratch = mkdtempSync(join(tmpdir(), "shiftline-bench-"));
try {
  const checkpoint = { id: "random", fingerprint: "0".repeat(64), preprocessing: createPreprocessing({ size: 224 }) };
  const store = await openPartStore(scratch, { checkpoint, preCrop: 0, manifest, runtime: DEFAULT_RUNTIME }, 512);
  const content = Array.from({ length: 512 }, () => "0".repeat(64));
  for (const part of store.parts) {
    const about = { first: part.first, skipped: [], content: content.slice(0, part.rows) };
    await store.write(part, matrix(random(part.rows), part.rows, d), about);
  }
  const weights = matrix(random(CLASSES), CLASSES, d);
  normalizeRowsInPlace(weights, "weights");
  const times: number[] = [];
  for (let run = 0; run < Number(runsText); run++) {
    const begun = performance.now();
    const { missing } = await store.check();
    if (missing.length > 0) throw new Error("a part is not whole");
    const predictions = await predict(store, { manifest, weights, space });
    computeMetrics(labelPredictions(manifest, predictions, space));
    await atomicWrite(
      join(scratch, "predictions.csv"),
      formatPredictions(manifest, predictions, space, () => "0".repeat(64)),
    );
    times.push((performance.now() - begun) / 1000);
    console.log(`run ${run + 1}: ${times.at(-1)?.toFixed(2)} s`);
  }
  console.log(`${n} images × ${CLASSES} classes × ${d} columns: ${spread(times)} s in total`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
