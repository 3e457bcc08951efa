import { InputError } from "../../foundation/errors.ts";
import { scanPredictions } from "./predictions-file.ts";

/** A wrong prediction, and how sure the checkpoint was of it. */
export interface SureMistake {
  readonly image: string;
  readonly label: string;
  readonly predicted: string;
  readonly confidence: number;
}

/** What CLIP's trained temperature ends at: cosines are multiplied by it. */
const LOGIT_SCALE = 100;

/**
 * The wrong predictions that a checkpoint was surest of, the surest first. Confidence is the share of the best class in
 * a softmax over the five best classes at a logit scale of 100; equal ones are in the order of the images.
 *
 * @param bytes a `predictions.csv`
 * @param count so many at most
 * @param where file name, for messages
 * @throws InputError if it is no `predictions.csv`, see `scanPredictions`, or a score of a wrong prediction is no number
 */
export function surestMistakes(bytes: Uint8Array, count: number, where: string): SureMistake[] {
  const mistakes: SureMistake[] = [];
  scanPredictions(bytes, where, (row) => {
    if (row.label.classes.includes(row.predicted)) return;
    const scores = row.scores();
    if (!scores.every(Number.isFinite)) {
      throw new InputError(`${where}: row ${row.index + 1}: not as evaluate writes it; evaluate again`);
    }
    if (scores.length === 0) return;
    const confidence = shareOfFirst(scores);
    mistakes.push({ image: row.image(), label: row.label.text, predicted: String(row.predicted), confidence });
  });
  return mistakes.sort((a, b) => b.confidence - a.confidence).slice(0, count);
}

function shareOfFirst(scores: readonly number[]): number {
  const best = Math.max(...scores);
  const shares = scores.map((score) => Math.exp(LOGIT_SCALE * (score - best)));
  return (shares[0] as number) / shares.reduce((total, share) => total + share, 0);
}
