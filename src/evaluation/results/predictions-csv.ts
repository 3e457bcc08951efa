import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { type CsvCell, formatCsvRows } from "../../foundation/files/format-csv.ts";
import type { Predictions } from "../scoring/predict.ts";

/** Columns of the file, whatever the number of classes: with fewer than five the rest is empty. */
const PLACES = 5;

const ROWS_A_PIECE = 2048;

/**
 * The text of `predictions.csv`, in pieces: one row an image in the manifest's order, with the label (several with ";" between
 * where several classes are right, none where none is), the best five classes and their cosines. Numbers are the shortest
 * that give the same float32 back, so the same predictions are the same bytes.
 */
export function* formatPredictions(manifest: Manifest, predictions: Predictions, space: ClassSpace): Iterable<string> {
  const places = Array.from({ length: PLACES }, (_, place) => place);
  const header = ["image", "label", ...places.map((p) => `top${p + 1}`), ...places.map((p) => `score${p + 1}`)];
  let rows: CsvCell[][] = [header];
  for (const [i, position] of predictions.images.entries()) {
    const image = manifest.images.at(position);
    const at = (place: number) => i * predictions.k + place;
    rows.push([
      image.path,
      (space.accepted[image.label] ?? []).join(";"),
      ...places.map((p) => (p < predictions.k ? (predictions.top[at(p)] as number) : null)),
      ...places.map((p) => (p < predictions.k ? shortestFloat32(predictions.scores[at(p)] as number) : null)),
    ]);
    if (rows.length < ROWS_A_PIECE) continue;
    yield formatCsvRows(rows);
    rows = [];
  }
  if (rows.length > 0) yield formatCsvRows(rows);
}

/** The fewest digits that read back as the same float32. */
function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}
