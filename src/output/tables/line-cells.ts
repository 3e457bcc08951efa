import type { LineKey } from "../../analysis/robustness/pair-rows.ts";

/** The columns that say what a line, or a point beside it, is of. */
export const LINE_COLUMNS = ["benchmark", "protocol", "templates", "class_names", "id_side"] as const;

export function lineCells({
  benchmark,
  protocol,
  templates,
  classNames,
  idSide,
}: LineKey): Record<(typeof LINE_COLUMNS)[number], string> {
  return { benchmark, protocol, templates, class_names: classNames, id_side: idSide };
}
