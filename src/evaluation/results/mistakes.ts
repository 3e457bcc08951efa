import { parse } from "csv-parse/sync";
import { InputError } from "../../foundation/errors.ts";
import { checkHeader } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";

/** A wrong prediction, and how sure the checkpoint was of it. */
export interface SureMistake {
  readonly image: string;
  readonly label: string;
  readonly predicted: string;
  readonly confidence: number;
}

const PLACES = 5;
/** What CLIP's trained temperature ends at: cosines are multiplied by it. */
const LOGIT_SCALE = 100;

/**
 * The wrong predictions that a checkpoint was surest of, the surest first. Confidence is the share of the best class in
 * a softmax over the five best classes at a logit scale of 100; equal ones are in the order of the images.
 *
 * @param text  a `predictions.csv`
 * @param count so many at most
 * @param where file name, for messages
 * @throws InputError if it is not as `evaluate` writes it
 */
export function surestMistakes(text: string, count: number, where: string): SureMistake[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(text, {
      columns: (header: string[]) => checkHeader(header, where),
      ...{ bom: true, skip_empty_lines: true },
    });
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${where}: not a CSV file: ${(cause as Error).message}`, { cause });
  }
  return rows
    .flatMap((row, i): SureMistake[] => {
      const { image, label, top1 } = row;
      const scores = Array.from({ length: PLACES }, (_, place) => row[`score${place + 1}`] ?? "")
        .filter((cell) => cell !== "")
        .map(Number);
      if (image === undefined || label === undefined || top1 === undefined || !scores.every(Number.isFinite)) {
        throw new InputError(`${where}: row ${i + 1}: not as evaluate writes it; evaluate again`);
      }
      if (scores.length === 0 || label.split(";").includes(top1)) return [];
      const best = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(LOGIT_SCALE * (score - best)));
      const sum = shares.reduce((total, share) => total + share, 0);
      return [{ image: fromSpreadsheetText(image), label, predicted: top1, confidence: (shares[0] as number) / sum }];
    })
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, count);
}
