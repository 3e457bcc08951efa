import { stringify } from "csv-stringify/sync";
import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { Predictions } from "../scoring/predict.ts";

/** Columns of the file, whatever the number of classes: with fewer than five the rest is empty. */
const PLACES = 5;

const ROWS_A_PIECE = 2048;

/** A lone carriage return in a name would end the row for some readers. */
const OPTIONS = { quoted_match: /\r/ };

/**
 * The text of `predictions.csv`, in pieces: one row an image in the manifest's order, with the label (several with ";" between
 * where several classes are right, none where none is), the best five classes and their cosines. Numbers are the shortest
 * that give the same float32 back, so the same predictions are the same bytes. A name that a spreadsheet would run gets an
 * apostrophe, which reading it takes off again.
 */
export function* formatPredictions(manifest: Manifest, predictions: Predictions, space: ClassSpace): Iterable<string> {
  const places = Array.from({ length: PLACES }, (_, place) => place);
  const header = ["image", "label", ...places.map((p) => `top${p + 1}`), ...places.map((p) => `score${p + 1}`)];
  let rows: (string | number)[][] = [header];
  for (const [i, position] of predictions.images.entries()) {
    const image = manifest.images.at(position);
    const at = (place: number) => i * predictions.k + place;
    rows.push([
      toSpreadsheetText(image.path),
      (space.accepted[image.label] ?? []).join(";"),
      ...places.map((p) => (p < predictions.k ? (predictions.top[at(p)] as number) : "")),
      ...places.map((p) => (p < predictions.k ? shortestFloat32(predictions.scores[at(p)] as number) : "")),
    ]);
    if (rows.length < ROWS_A_PIECE) continue;
    yield stringify(rows, OPTIONS);
    rows = [];
  }
  if (rows.length > 0) yield stringify(rows, OPTIONS);
}

/** The fewest digits that read back as the same float32. */
function shortestFloat32(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
