import { type AccuracyRow, doubtText, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import { scaleFunctions } from "../lines/fit-scale.ts";
import type { LinePoint } from "../lines/line-point.ts";
import type { PointOutcomes } from "../lines/shared-noise.ts";
import { type LineKey, lineKey, lineKeyText } from "./line-key.ts";
import { imagesWorth, type ModelPoint } from "./model-point.ts";
import { type PairOptions, pairRows } from "./pair-rows.ts";

/** A checkpoint in the analysis of one line. */
export interface StudyPoint {
  readonly checkpoint: string;
  readonly point: LinePoint;
  /** which images are correct, if known */
  readonly outcomes?: PointOutcomes;
}

/** The checkpoints on one benchmark and x axis. */
export interface StudyPoints extends LineKey {
  readonly points: readonly StudyPoint[];
}

/**
 * Pairs the checkpoints' accuracies with their in-distribution accuracies, for every benchmark and x axis. Doubtful
 * rows are left out, as are accuracies of 0 or 1 on an unknown number of images if the scale is infinite there; notes
 * report them.
 *
 * @param wanted checkpoints of the analysis
 * @param where  name of the analysis in notes, after "left out of": `the mixtures`
 */
export function collectStudyPoints(
  rows: readonly AccuracyRow[],
  wanted: ReadonlySet<string>,
  scale: FitScale,
  options: PairOptions,
  where: string,
  notes: NoteCollector,
): StudyPoints[] {
  const { endless } = scaleFunctions(scale);
  const lines = new Map<string, { readonly key: LineKey; readonly points: StudyPoint[] }>();
  for (const [checkpoint, ofCheckpoint] of rowsByCheckpoint(rows)) {
    if (!wanted.has(checkpoint)) continue;
    const doubt = ofCheckpoint.find((row) => row.doubt !== undefined)?.doubt;
    if (doubt !== undefined) {
      notes.note(`left out of ${where}: ${doubtText(doubt)}`, { checkpoint });
      continue;
    }
    for (const pair of pairRows(ofCheckpoint, options).pairs) {
      const point = toLinePoint(pair.point);
      if (endless && isInfinite(point)) {
        notes.note(
          `left out of ${where}: accuracy of exactly 0 or 1 on an unknown number of images, where ${scale} is infinite`,
          {
            checkpoint,
            benchmark: pair.benchmark,
          },
        );
        continue;
      }
      if (point.xImages === Number.POSITIVE_INFINITY || point.yImages === Number.POSITIVE_INFINITY) {
        notes.note(`no number of images (column n), so errors in x are not taken into account in ${where}`, {
          checkpoint,
        });
      }
      const id = lineKeyText(pair);
      const line = lines.get(id) ?? { key: lineKey(pair), points: [] };
      lines.set(id, line);
      const { outcomes } = pair.point;
      line.points.push({ checkpoint, point, ...(outcomes === undefined ? {} : { outcomes }) });
    }
  }
  return [...lines.values()].map(({ key, points }) => ({ ...key, points }));
}

export function isInfinite({ x, y, xImages, yImages }: LinePoint): boolean {
  const isEnd = (accuracy: number) => accuracy === 0 || accuracy === 1;
  return (isEnd(x) && xImages === Number.POSITIVE_INFINITY) || (isEnd(y) && yImages === Number.POSITIVE_INFINITY);
}

/** Converts a model's accuracies to a point with effective numbers of images. */
export function toLinePoint(point: ModelPoint): LinePoint {
  return {
    x: point.idAccuracy,
    y: point.accuracy,
    xImages: point.idImages ?? Number.POSITIVE_INFINITY,
    yImages: imagesWorth(point) ?? Number.POSITIVE_INFINITY,
  };
}
