import { type AccuracyRow, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import { haveSameRows, rowsInOrderOf } from "../../evaluation/results/image-rows.ts";
import type { TopClasses } from "../../evaluation/results/top-classes.ts";
import { InputError } from "../../foundation/errors.ts";
import { keyText, TASK_FIELDS, type TaskKey } from "../../foundation/evaluation-key.ts";
import { createNoteCollector, type Note } from "../../foundation/notes.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import { compareLineKeys, type LineKey, lineKey, lineKeyText } from "../robustness/line-key.ts";
import { type PairedRow, type PairOptions, pairRows } from "../robustness/pair-rows.ts";
import { type AgreementLine, fitAgreement } from "./agreement-line.ts";
import { countAgreement } from "./count-agreement.ts";

export interface AgreementStudy {
  /** ordered by benchmark, protocol, prompts, x axis */
  readonly lines: readonly AgreementLine[];
  readonly notes: readonly Note[];
}

/** Returns the top-1 classes of a checkpoint's images on one task; undefined if there are no predictions. */
export type TopClassesOf = (checkpoint: string, task: TaskKey) => TopClasses | undefined;

/** A checkpoint on one line. */
interface Member {
  readonly checkpoint: string;
  readonly idTask: TaskKey;
  readonly x: TopClasses;
  readonly y: TopClasses;
}

/**
 * Fits agreement-on-the-line for every shift and x axis with predictions of at least three checkpoints. The average of
 * the shifts has no such line, because its images are from several sets.
 *
 * @param rows accuracies of the checkpoints with unique keys
 * @throws InputError if two checkpoints did not see the same images, with their names, or if no line can be fitted
 */
export function studyAgreement(
  rows: readonly AccuracyRow[],
  topOf: TopClassesOf,
  scale: FitScale,
  options: PairOptions,
): AgreementStudy {
  const notes = createNoteCollector();
  const byLine = new Map<string, { readonly key: LineKey; readonly members: Member[] }>();
  for (const [checkpoint, ofCheckpoint] of rowsByCheckpoint(rows)) {
    for (const pair of pairRows(ofCheckpoint, options).pairs) addMember(byLine, checkpoint, pair, topOf);
  }
  const counts = new Map<string, Uint32Array>();
  const lines = [...byLine.values()].flatMap(({ key, members }) => {
    const [first] = members as [Member];
    const where = `${key.benchmark} on ${key.idSide}`;
    checkSameImages(members, "x", key.idSide);
    checkSameImages(members, "y", [key.benchmark, key.protocol].filter((part) => part !== "").join(" "));
    const names = members.map(({ checkpoint }) => checkpoint);
    const count = (task: TaskKey, side: "x" | "y") => {
      const id = JSON.stringify([keyText(task, TASK_FIELDS), names]);
      const known = counts.get(id) ?? countAgreement(classesInOrder(members.map((member) => member[side])));
      counts.set(id, known);
      return known;
    };
    const set = {
      checkpoints: names,
      x: members.map(({ x }) => x),
      y: members.map(({ y }) => y),
      xCounts: count(first.idTask, "x"),
      yCounts: count(key, "y"),
    };
    try {
      return [fitAgreement(key, set, scale)];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      notes.note(`no line of agreement: ${error.message}`, { benchmark: key.benchmark }, where);
      return [];
    }
  });
  if (lines.length === 0) {
    const why = notes.list().map(({ text }) => text);
    throw new InputError(
      `no line of agreement can be fitted: it needs three checkpoints with predictions.csv in distribution and under a shift${why.length > 0 ? `; ${why.join("; ")}` : ""}`,
    );
  }
  for (const { droppedPairs, extremePairs, agreement, droppedCheckpoints, benchmark, idSide } of lines) {
    const where = `${benchmark} on ${idSide}`;
    if (extremePairs > 0)
      notes.note(
        "pairs that agree on fewer than 5 % or more than 98 % of the images are in the line here; the program of Baek et al. leaves them out",
        { benchmark },
        `${where} (${extremePairs} of ${agreement.n})`,
      );
    if (droppedPairs > 0)
      notes.note(`agreement of exactly 0 or 1, so pairs in no line (${droppedPairs})`, { benchmark }, where);
    if (droppedCheckpoints.length > 0)
      notes.note(
        `accuracy of exactly 0 or 1, or none, so not in the line of accuracy: ${droppedCheckpoints.join(", ")}`,
        { benchmark },
        where,
      );
  }
  return { lines: lines.sort(compareLineKeys), notes: notes.list() };
}

function addMember(
  byLine: Map<string, { readonly key: LineKey; readonly members: Member[] }>,
  checkpoint: string,
  pair: PairedRow,
  topOf: TopClassesOf,
): void {
  const { idTask } = pair;
  if (idTask === undefined) return; // an average
  const [x, y] = [topOf(checkpoint, idTask), topOf(checkpoint, pair)];
  if (x === undefined || y === undefined) return;
  // Checkpoints whose x axes use other class names or prompts did not choose among the same classes
  const id = `${lineKeyText(pair)} ${keyText(idTask, TASK_FIELDS)}`;
  const line = byLine.get(id) ?? { key: lineKey(pair), members: [] };
  byLine.set(id, line);
  line.members.push({ checkpoint, idTask, x, y });
}

/** Returns the top-1 classes of the same images in the order of the first checkpoint. */
function classesInOrder(tops: readonly TopClasses[]): Int32Array[] {
  const [first] = tops as [TopClasses];
  return tops.map(({ images, classes }) => {
    const rows = rowsInOrderOf(first.images, images);
    return rows === null ? classes : Int32Array.from(rows, (row) => classes[row] as number);
  });
}

/** @throws InputError with the names of two checkpoints that saw different images */
function checkSameImages(members: readonly Member[], side: "x" | "y", where: string): void {
  const [first] = members as [Member];
  const different = members.find((member) => !haveSameRows(member[side].images, first[side].images));
  if (different === undefined) return;
  throw new InputError(
    `${where}: ${first.checkpoint} (${first[side].n} images) and ${different.checkpoint} (${different[side].n}) did not see the same images, so their agreement cannot be counted; evaluate both on the same copy of the data, with the same --limit`,
  );
}
