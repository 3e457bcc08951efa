import type { Matrix } from "../../foundation/math/matrix.ts";
import { openScorer, type ScorerOptions, type TopProducts } from "./scorer.ts";

/**
 * One score of every image at once, see {@link openScorer}.
 *
 * @param features   (n, d)
 * @param classifier (rows, d)
 * @param k          classes to keep an image
 */
export async function topProducts(
  features: Matrix,
  classifier: Matrix,
  k: number,
  options: Omit<ScorerOptions, "k"> = {},
): Promise<TopProducts> {
  const scorer = await openScorer(classifier, { ...options, k });
  try {
    return await scorer.score(features);
  } finally {
    await scorer.close();
  }
}
