import type { LineKey } from "../../analysis/robustness/pair-rows.ts";
import { toSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";

export const LINE_COLUMNS = ["benchmark", "protocol", "templates", "class_names", "id_side"] as const;

/** The cells that say what a line, or a point beside it, is of. */
export function lineCells(key: LineKey): Record<(typeof LINE_COLUMNS)[number], string> {
  return {
    benchmark: toSpreadsheetText(key.benchmark),
    protocol: toSpreadsheetText(key.protocol),
    templates: toSpreadsheetText(key.templates),
    class_names: toSpreadsheetText(key.classNames),
    id_side: key.idSide,
  };
}
