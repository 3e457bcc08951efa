import type { Notes } from "../../foundation/gathered-notes.ts";
import type { BaselineLine, BaselineLines } from "./baseline-lines.ts";
import { AVERAGE, type LineKey, type PairedRow } from "./pair-rows.ts";

/**
 * The line that a checkpoint's accuracy is compared with: of its benchmark and x axis, of its protocol and prompts where
 * the baseline has them, else the baseline's own. A protocol that the baseline does not have is passed over where the
 * checkpoint has the benchmark by the baseline's protocol too.
 *
 * @param pairs all pairs of the checkpoint
 * @returns undefined, with a note, where there is none
 */
export function bestLine(
  pair: PairedRow,
  pairs: readonly PairedRow[],
  lines: BaselineLines,
  notes: Notes,
): BaselineLine | undefined {
  const { benchmark, protocol } = pair;
  const known = lines.protocols.get(benchmark);
  const candidates = lines.lines.filter((line) => line.benchmark === benchmark && line.idSide === pair.idSide);
  if (candidates.length === 0) {
    const anyAxis = lines.lines.some((line) => line.benchmark === benchmark);
    if (!anyAxis)
      notes.add(
        `baseline ${lines.id} has no line for ${benchmark}, so no effective robustness there`,
        pair.point.model,
      );
    return undefined;
  }
  if (benchmark !== AVERAGE && protocol !== "" && known !== undefined && !known.has(protocol)) {
    const other = pairs.some((one) => one.benchmark === benchmark && known.has(one.protocol));
    if (other) {
      notes.add(
        `${benchmark} by protocol ${protocol} is not compared: baseline ${lines.id} has ${[...known].join(", ")}`,
      );
      return undefined;
    }
  }
  const score = (line: BaselineLine) =>
    4 * Number(line.protocol === protocol) +
    2 * Number(line.templates === pair.templates) +
    Number(line.classNames === pair.classNames);
  const best = Math.max(...candidates.map(score));
  const alike = candidates.filter((line) => score(line) === best);
  const chosen = alike.find((line) => line.protocol === lines.pairing.preferredProtocols.get(benchmark)) ?? alike[0];
  return candidates
    .filter((line) => sameLine(line, chosen as BaselineLine))
    .findLast((line) => line.piece.servesFrom <= pair.point.idAccuracy);
}

function sameLine(a: LineKey, b: LineKey): boolean {
  return a.protocol === b.protocol && a.templates === b.templates && a.classNames === b.classNames;
}

/** Names what a checkpoint's accuracy and the line it is compared with do not share. An unknown is no difference. */
export function noteDifferences(pair: PairedRow, line: BaselineLine, notes: Notes): void {
  const { model, images } = pair.point;
  for (const [field, name] of [
    ["protocol", `${pair.benchmark}: protocol`],
    ["templates", "template set"],
    ["classNames", "class names"],
  ] as const) {
    const [own, other] = [pair[field], line[field]];
    if (own === other || own === "" || other === "") continue;
    notes.add(
      `warning: ${name} ${own}, but ${other} in baseline ${line.baseline}: the difference is in the figures`,
      model,
    );
  }
  const baselineImages = line.fit.models[0]?.images;
  if (images == null || baselineImages == null || images === baselineImages) return;
  notes.add(`${pair.benchmark}: ${images} images, but ${baselineImages} in baseline ${line.baseline}`, model);
}

/** Orders lists of text by their first difference, by code units: the same on every machine. */
export function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [i, value] of a.entries()) {
    const other = b[i] as string;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
