import { studyAgreement } from "../../analysis/agreement/agreement-study.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { completeRows, type ImageRows, type KnownRows } from "../../evaluation/results/image-rows.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { readTopClasses, type TopClasses } from "../../evaluation/results/top-classes.ts";
import { InputError } from "../../foundation/errors.ts";
import { evaluationKey, keyText } from "../../foundation/evaluation-key.ts";
import { createNoteCollector } from "../../foundation/notes.ts";
import {
  formatAgreement,
  formatAgreementLines,
  formatAgreementPredictions,
} from "../../output/tables/agreement-csv.ts";
import { formatAgreementTable } from "../../output/tables/agreement-table.ts";
import { inShiftOrder } from "../../output/tables/shift-order.ts";
import { type FitExtras, NOTHING } from "./fit-extra.ts";

const PREDICTIONS = "agreement-predictions.csv";

/** Scales of agreement. Both are unbounded, so a line can be fitted through shares near 1. */
const SCALES = ["probit", "logit"] as const;

/**
 * Fits agreement on the line for checkpoints that have predictions.
 *
 * @param results the inputs' results, with the study's names
 * @param requested   scale of `--agreement`; if undefined, nothing is fitted
 * @throws InputError for an unknown scale, or inputs without predictions
 */
export async function agreementExtras(
  study: RobustnessStudy,
  results: readonly StoredResult[],
  requested: string | undefined,
): Promise<FitExtras> {
  if (requested === undefined) return NOTHING;
  const scale = SCALES.find((candidate) => candidate === requested);
  if (scale === undefined)
    throw new InputError(`unknown scale of agreement "${requested}"; known: ${SCALES.join(", ")}`);
  if (results.length === 0) {
    throw new InputError(
      "--agreement needs results folders with predictions.csv: a table of accuracies does not contain the predicted class of each image",
    );
  }
  const notes = createNoteCollector();
  const tops = new Map<string, TopClasses>();
  const lists: KnownRows = new Map();
  const known = new Set(study.accuracies.map((row) => keyText(row)));
  // Sequential, because each file is read into memory whole
  for (const result of results) {
    const key = keyText(evaluationKey(result.metrics));
    if (!known.has(key) || tops.has(key)) continue;
    const top = await readTopClasses(result, lists);
    if (top === null)
      notes.note("has no predictions.csv for some results, so agreement is not computed there", {
        checkpoint: result.metrics.checkpoint,
      });
    else tops.set(key, top);
  }
  const keys = [...tops.keys()];
  const complete = completeRows([...tops.values()].map(({ images }) => images));
  for (const [i, key] of keys.entries()) {
    tops.set(key, { ...(tops.get(key) as TopClasses), images: complete[i] as ImageRows });
  }
  const topOf = (checkpoint: string, task: Parameters<Parameters<typeof studyAgreement>[1]>[1]) =>
    tops.get(keyText(evaluationKey({ checkpoint, ...task })));
  const { lines, notes: agreementNotes } = studyAgreement(study.accuracies, topOf, scale, study.pairing);
  return {
    ...NOTHING,
    files: [
      ["agreement.csv", formatAgreement(lines)],
      ["agreement-lines.csv", formatAgreementLines(lines)],
      [PREDICTIONS, formatAgreementPredictions(lines)],
    ],
    tables: [
      (nameOf) =>
        formatAgreementTable(
          inShiftOrder(lines, () => "", study.pairing.axes),
          nameOf(PREDICTIONS),
        ),
    ],
    json: {
      agreement: lines.map(({ idAgreements, agreements, ...line }) => ({
        ...line,
        idAgreements: [...idAgreements],
        agreements: [...agreements],
      })),
    },
    notes: [...notes.list(), ...agreementNotes],
  };
}
