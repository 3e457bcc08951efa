import { closestKeys, isSameTask, taskWords } from "../../foundation/evaluation-key.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import type { BaselineLine, BaselineLines } from "./baseline-lines.ts";
import { haveSameAxes } from "./line-key.ts";
import type { PairedRow } from "./pair-rows.ts";
import { AVERAGE } from "./study-axes.ts";

/**
 * Finds the line that a checkpoint's accuracy is compared with: with its benchmark and x axis, and with its protocol
 * and prompts if the baseline has them, else those of the baseline. A protocol that the baseline does not have is
 * skipped if the checkpoint also has the benchmark with the baseline's protocol.
 *
 * @param pairs all pairs of the checkpoint
 * @returns undefined, with a note, if there is none
 */
export function bestLine(
  pair: PairedRow,
  pairs: readonly PairedRow[],
  lines: BaselineLines,
  notes: NoteCollector,
): BaselineLine | undefined {
  const { benchmark, protocol } = pair;
  const known = lines.protocols.get(benchmark);
  const candidates = lines.lines.filter((line) => haveSameAxes(line, pair));
  if (candidates.length === 0) {
    const anyAxis = lines.lines.some((line) => line.benchmark === benchmark);
    if (!anyAxis)
      notes.note(
        `baseline ${lines.id} has no line for ${benchmark}, so no effective robustness there`,
        { checkpoint: pair.point.model },
        undefined,
        {
          text: `baseline ${lines.id} has no line for a benchmark, so no effective robustness there`,
          where: benchmark,
        },
      );
    return undefined;
  }
  if (benchmark !== AVERAGE && protocol !== "" && known !== undefined && !known.has(protocol)) {
    const hasKnownProtocol = pairs.some(
      (candidate) => candidate.benchmark === benchmark && known.has(candidate.protocol),
    );
    if (hasKnownProtocol) {
      notes.note(
        `${benchmark} by protocol ${protocol} is not compared: baseline ${lines.id} has ${[...known].join(", ")}`,
        undefined,
        undefined,
        {
          text: `not compared: another protocol than baseline ${lines.id} has`,
          where: `${taskWords(pair)} (there ${[...known].join(", ")})`,
        },
      );
      return undefined;
    }
  }
  const alike = closestKeys(pair, candidates);
  const chosen = alike.find((line) => line.protocol === lines.pairing.preferredProtocols.get(benchmark)) ?? alike[0];
  return candidates
    .filter((line) => isSameTask(line, chosen as BaselineLine))
    .findLast((line) => line.piece.servesFrom <= pair.point.idAccuracy);
}

/**
 * Reports differences between a checkpoint's accuracy and the line it is compared with. Unknown values are not
 * differences; neither is the number of images of an incomplete benchmark, which is reported elsewhere.
 *
 * @param expectedN images of the complete benchmark; null: not known
 */
export function noteDifferences(
  pair: PairedRow,
  line: BaselineLine,
  expectedN: number | null,
  notes: NoteCollector,
): void {
  const { model: checkpoint, images } = pair.point;
  for (const [field, name] of [
    ["protocol", `${pair.benchmark}: protocol`],
    ["templates", "template set"],
    ["classNames", "class names"],
  ] as const) {
    const [pairValue, lineValue] = [pair[field], line[field]];
    if (pairValue === lineValue || pairValue === "" || lineValue === "") continue;
    const what = `${name} ${pairValue}, but ${lineValue} in baseline ${line.baseline}`;
    notes.warn(`${what}: the figures include this difference`, { checkpoint }, undefined, {
      text: "a figure and its line differ in these, so the figures include the difference",
      where: what,
    });
  }
  const baselineImages = line.fit.models[0]?.images;
  if (images == null || baselineImages == null || images === baselineImages) return;
  if (expectedN !== null && images !== expectedN && baselineImages === expectedN) return;
  const place = taskWords(pair);
  notes.note(
    `${place}: ${images} images, but ${baselineImages} in baseline ${line.baseline}`,
    { checkpoint },
    undefined,
    {
      text: `a different number of images than in baseline ${line.baseline}`,
      where: `${place} (${images}, there ${baselineImages})`,
    },
  );
}
