import { isUtf8 } from "node:buffer";
import { type ClassSpace, rightClasses } from "../../data/benchmark/class-space.ts";
import type { Manifest } from "../../data/dataset/manifest.ts";
import { InputError } from "../../foundation/errors.ts";
import { type CsvCell, formatCsvRows } from "../../foundation/files/format-csv.ts";
import { checkHeader } from "../../foundation/files/parse-csv.ts";
import { type CsvScanner, scanCsv } from "../../foundation/files/scan-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { Predictions } from "../scoring/predict.ts";
import { createLabels, type PredictionLabel, wholeNumber } from "./prediction-labels.ts";

export const PREDICTIONS_FILE = "predictions.csv";

/** Number of classes per image; with fewer than five classes the remaining cells are empty. */
const PLACES = 5;
const places = Array.from({ length: PLACES }, (_, place) => place);
const TOP = places.map((place) => `top${place + 1}`);
const SCORES = places.map((place) => `score${place + 1}`);
const CONTENT = "content";
const COLUMNS = ["image", "label", ...TOP, ...SCORES, CONTENT];
/** Digits of a content: the first half of the SHA-256 of the image's file, sufficient to distinguish images. */
export const CONTENT_DIGITS = 32;
const CONTENT_FORM = /^[0-9a-f]{32}$/;
/** Required columns. */
const NEEDED = ["image", "label", "top1"] as const;

const ROWS_PER_PIECE = 2048;

/**
 * Formats `predictions.csv` in pieces: one row per image in the manifest's order, with the label (right classes
 * separated by ";", possibly none), the best five classes and their cosines, and the content by which results are
 * paired. Numbers are the shortest that restore the same float32, so the same predictions give the same bytes.
 *
 * @param contentOf SHA-256 of the image's file at a position of the manifest
 */
export function* formatPredictions(
  manifest: Manifest,
  predictions: Predictions,
  space: ClassSpace,
  contentOf: (position: number) => string,
): Iterable<string> {
  const { k, top, scores } = predictions;
  let rows: CsvCell[][] = [COLUMNS];
  for (const [i, position] of predictions.images.entries()) {
    const image = manifest.images.at(position);
    rows.push([
      image.path,
      (rightClasses(space, manifest.images, position) ?? []).join(";"),
      ...places.map((place) => (place < k ? (top[i * k + place] as number) : null)),
      ...places.map((place) => (place < k ? shortestFloat32(scores[i * k + place] as number) : null)),
      shortContent(contentOf(position)),
    ]);
    if (rows.length < ROWS_PER_PIECE) continue;
    yield formatCsvRows(rows);
    rows = [];
  }
  if (rows.length > 0) yield formatCsvRows(rows);
}

/** Returns the content of an image in `predictions.csv`: the first 32 digits of the SHA-256 of its file. */
export function shortContent(hash: string): string {
  if (hash.length < CONTENT_DIGITS) throw new Error(`expected the SHA-256 of an image, got "${hash}"`);
  return hash.slice(0, CONTENT_DIGITS);
}

/** Returns the content of a row's image. @throws InputError if it is invalid */
export function contentText(row: PredictionRow): string {
  const at = row.findContent();
  const content = row.text.toString("latin1", at, at + CONTENT_DIGITS);
  if (!CONTENT_FORM.test(content)) row.refuseContent();
  return content;
}

/** Returns the number with the fewest digits that parses to the same float32. */
function shortestFloat32(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}

/** The current row of a `predictions.csv`; the object is reused for the next row. */
export interface PredictionRow {
  /** position in the file, from 0 */
  readonly index: number;
  /** shared by all images with the label */
  readonly label: PredictionLabel;
  /** the best class */
  readonly predicted: number;
  /** the image's name is `bytes` from `from` to `to`, UTF-8 */
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** whether the file has the contents of its images */
  readonly hasContent: boolean;
  /** the whole file */
  readonly text: Buffer;
  /**
   * Locates the content of the image without checking its digits, see `contentText`.
   *
   * @returns its start in `text`
   * @throws InputError if its length is wrong
   */
  findContent(): number;
  /** @throws InputError that the content is invalid */
  refuseContent(): never;
  /** Returns the name of the image: its path below the benchmark's root. */
  image(): string;
  /** Whether a right class is among the best five. */
  isRightAmongFive(): boolean;
  /** Returns the cosines of the best classes; NaN for a value that is not a number. */
  scores(): number[];
  /** Checks the remaining cells. @throws InputError if their number differs from the header */
  checkRest(): void;
}

type Mutable<Row> = { -readonly [Name in keyof Row]: Row[Name] };

/** Summary of a scan. */
export interface ScannedPredictions {
  readonly n: number;
  readonly labels: readonly PredictionLabel[];
  /** whether the file has columns for all five classes */
  readonly hasFive: boolean;
  /** whether it has the contents of its images */
  readonly hasContent: boolean;
}

/**
 * Visits each row of a `predictions.csv` without creating a string per cell, because a full evaluation has hundreds of
 * millions. Columns may be in any order; unknown columns are skipped.
 *
 * @param where file name, for messages
 * @throws InputError if it is not a CSV file, a column is missing or appears twice, a label or best class is invalid,
 *   or the last row has too few cells
 */
export function scanPredictions(
  bytes: Uint8Array,
  where: string,
  visit: (row: PredictionRow) => void,
): ScannedPredictions {
  if (!isUtf8(bytes)) throw new InputError(`${where}: not UTF-8 text`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const csv = scanCsv(text, where);
  const { header, bounds } = csv;
  checkHeader(header, where);
  const [imageCell, labelCell, bestCell] = NEEDED.map((name) => header.indexOf(name)) as [number, number, number];
  if (Math.min(imageCell, labelCell, bestCell) < 0) {
    throw new InputError(
      `${where}: expected the columns ${NEEDED.join(", ")}; found ${header.join(", ") || "nothing"}`,
    );
  }
  const cellsOf = (names: readonly string[]) => names.map((name) => header.indexOf(name)).filter((cell) => cell >= 0);
  const furtherCells = cellsOf(TOP.slice(1));
  const scoreCells = cellsOf(SCORES);
  const contentCell = header.indexOf(CONTENT);
  const lastFurther = Math.max(...furtherCells);
  csv.need(Math.max(imageCell, labelCell, bestCell) + 1);
  const labels = createLabels(text, csv);
  const row: Mutable<PredictionRow> = {
    index: -1,
    label: { text: "", classes: [], position: -1 },
    predicted: -1,
    bytes: text,
    from: 0,
    to: 0,
    hasContent: contentCell >= 0,
    text,
    findContent: () => {
      if (contentCell === header.length - 1) csv.findLast();
      else csv.find(contentCell + 1);
      const from = bounds[2 * contentCell] as number;
      const at = text[from] === QUOTE ? from + 1 : from;
      const length = (bounds[2 * contentCell + 1] as number) - from - 2 * (at - from);
      return length === CONTENT_DIGITS ? at : row.refuseContent();
    },
    refuseContent: () => {
      throw new InputError(
        `${where}: row ${csv.row}: expected ${CONTENT_DIGITS} digits as content, found "${csv.text(contentCell)}"; evaluate again`,
      );
    },
    image: () => row.bytes.toString("utf8", row.from, row.to),
    isRightAmongFive: () => {
      const { classes } = row.label;
      if (classes.includes(row.predicted)) return true;
      csv.find(lastFurther + 1);
      for (const cell of furtherCells) if (classes.includes(wholeNumber(text, bounds, cell))) return true;
      return false;
    },
    scores: () => {
      csv.find(header.length);
      return scoreCells.map((cell) => csv.text(cell)).flatMap((score) => (score === "" ? [] : [Number(score)]));
    },
    checkRest: () => csv.find(header.length),
  };
  const refuse = (): never => {
    const [label, best] = [labelCell, bestCell].map((cell) => csv.text(cell));
    throw new InputError(
      `${where}: row ${csv.row}: expected integers as label and top1, found "${label}" and "${best}"`,
    );
  };
  while (csv.next()) {
    row.index++;
    row.label = labels.find(labelCell) ?? refuse();
    row.predicted = wholeNumber(text, bounds, bestCell);
    if (row.predicted < 0) refuse();
    findName(row, text, csv, imageCell);
    visit(row);
  }
  if (row.index >= 0) csv.find(header.length); // a truncated file has an incomplete last row
  return {
    n: row.index + 1,
    labels: labels.list,
    hasFive: furtherCells.length === PLACES - 1,
    hasContent: row.hasContent,
  };
}

const QUOTE = 34;
const APOSTROPHE = 39;

/** Locates the bytes of the row's name: those of the cell, unless it is quoted or starts with an apostrophe. */
function findName(row: Mutable<PredictionRow>, text: Buffer, csv: CsvScanner, imageCell: number): void {
  const from = csv.bounds[2 * imageCell] as number;
  const to = csv.bounds[2 * imageCell + 1] as number;
  const first = text[from];
  const isWhole = first === QUOTE && text[from + 1] !== APOSTROPHE && text.indexOf(QUOTE, from + 1) === to - 1;
  if (first !== QUOTE && first !== APOSTROPHE) setName(row, text, from, to);
  else if (isWhole) setName(row, text, from + 1, to - 1);
  else {
    const name = Buffer.from(fromSpreadsheetText(csv.text(imageCell)));
    setName(row, name, 0, name.length);
  }
}

function setName(row: Mutable<PredictionRow>, bytes: Buffer, from: number, to: number): void {
  row.bytes = bytes;
  row.from = from;
  row.to = to;
}
