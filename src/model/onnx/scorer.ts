import { type Matrix, matrix, row } from "../../foundation/math/matrix.ts";
import { loadGraph } from "./onnx-runtime.ts";
import { buildScoreGraph } from "./score-graph.ts";

/** The best k classes of n images, both (n, k) row-major, best first. */
export interface TopProducts {
  /** class indices; in exact ties the lowest comes first */
  readonly indices: Int32Array;
  /** products of features and weights: cosines if the rows of both have unit length */
  readonly values: Float32Array;
}

/** A classifier ready to score any number of images. */
export interface Scorer {
  readonly classes: number;
  readonly k: number;
  /** features (n, d) with any n → the best classes of each row */
  score(features: Matrix): Promise<TopProducts>;
  close(): Promise<void>;
}

export interface ScorerOptions {
  /** how many classes to keep: 1 ≤ k ≤ number of classes */
  readonly k: number;
  /** (c,) class → row of the classifier, for class subsets and duplicate classes; by default, class i is row i */
  readonly columns?: Int32Array;
  /** class → rows of the classifier, the best of which determines the score; instead of `columns` */
  readonly groups?: readonly Int32Array[];
  readonly threads?: number;
}

/** Maximum number of products per block of images: 16 MiB, and the same amount of gathered products. */
const BLOCK_FLOATS = 1 << 22;

/**
 * Prepares a classifier for scoring: an onnxruntime graph computes each image's products with the class weights and the best k of
 * them, over blocks of images, in bounded memory.
 *
 * Classes with bitwise equal weights share one column of the product, so that their scores are equal regardless of rounding, and
 * the class with the lower index wins.
 *
 * @param classifier weights (rows, d), one row per class unless `columns` or `groups` are given
 * @throws RangeError if k, a row index or a group is out of range, or the classifier is empty or not finite
 */
export async function openScorer(classifier: Matrix, options: ScorerOptions): Promise<Scorer> {
  const { k, threads } = options;
  const groups = memberRows(classifier, options);
  const classes = groups.length;
  if (!Number.isInteger(k) || k < 1 || k > classes) {
    throw new RangeError(`expected k in 1..${classes}, the number of classes, got ${k}`);
  }
  const { weights, members, size } = shareColumns(classifier, groups);
  const bytes = buildScoreGraph({ weights, members, classes, k });
  const source = { bytes, folder: ".", name: "the scoring graph" };
  const graph = await loadGraph(source, threads === undefined ? {} : { threads });
  const d = classifier.columns;
  const blockRows = Math.max(1, Math.floor(BLOCK_FLOATS / Math.max(d, weights.rows, classes * size)));

  async function score(features: Matrix): Promise<TopProducts> {
    if (features.columns !== d) {
      throw new RangeError(`image features have ${features.columns} columns, the classifier has ${d}`);
    }
    const n = features.rows;
    const indices = new Int32Array(n * k);
    const values = new Float32Array(n * k);
    for (let start = 0; start < n; start += blockRows) {
      const rows = Math.min(blockRows, n - start);
      const block = features.data.subarray(start * d, (start + rows) * d);
      const feeds = { features: { data: block, dims: [rows, d] } };
      const best = await graph.run(feeds, ["indices", "values"]);
      indices.set(best[0]?.data as Int32Array, start * k);
      values.set(best[1]?.data as Float32Array, start * k);
    }
    // A feature that is not finite makes every product of its row infinite or NaN, so checking the first one is sufficient.
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(values[i * k])) throw new RangeError(`image features: row ${i} is not finite`);
    }
    return { indices, values };
  }

  return { classes, k, score, close: () => graph.release() };
}

/** The rows of the classifier that belong to each class. */
function memberRows(classifier: Matrix, { columns, groups }: ScorerOptions): readonly Int32Array[] {
  if (columns !== undefined && groups !== undefined) throw new RangeError("expected columns or groups, got both");
  if (classifier.rows === 0 || classifier.columns === 0) throw new RangeError("the classifier is empty");
  for (let c = 0; c < classifier.rows; c++) {
    if (!row(classifier, c).every(Number.isFinite)) throw new RangeError(`classifier: row ${c} is not finite`);
  }
  const members = groups ?? Array.from(columns ?? Array(classifier.rows).keys(), (c) => Int32Array.of(c));
  if (members.length === 0) throw new RangeError("expected at least one class, got none");
  members.forEach((rows, c) => {
    if (rows.length === 0) throw new RangeError(`class ${c} has no row of the classifier`);
    for (const r of rows) {
      if (r < 0 || r >= classifier.rows) {
        throw new RangeError(`class ${c}: expected rows of the classifier in 0..${classifier.rows - 1}, got ${r}`);
      }
    }
  });
  return members;
}

/** Keeps each distinct row that a class uses once: weights (u, d), and the products (classes, size) of each class. */
function shareColumns(classifier: Matrix, groups: readonly Int32Array[]) {
  const productOf = new Map<string, number>();
  const used: number[] = [];
  const size = Math.max(...groups.map((rows) => rows.length));
  const members = new Int32Array(groups.length * size);
  groups.forEach((rows, c) => {
    for (let g = 0; g < size; g++) {
      const r = rows[Math.min(g, rows.length - 1)] as number; // short groups repeat a member, which does not change the maximum
      const weights = row(classifier, r);
      const key = Buffer.from(weights.buffer, weights.byteOffset, weights.byteLength).toString("latin1");
      let product = productOf.get(key);
      if (product === undefined) {
        product = used.push(r) - 1;
        productOf.set(key, product);
      }
      members[c * size + g] = product;
    }
  });
  const weights = matrix(new Float32Array(used.length * classifier.columns), used.length, classifier.columns);
  used.forEach((r, product) => {
    weights.data.set(row(classifier, r), product * classifier.columns);
  });
  const direct = size === 1 && members.every((product, c) => product === c);
  return { weights, members: direct ? null : members, size };
}
