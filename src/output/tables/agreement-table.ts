import type { AgreementLine } from "../../analysis/agreement/agreement-line.ts";
import type { LineDifference } from "../../analysis/agreement/line-difference.ts";
import { decimal, percent } from "../../foundation/number-text.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, right } from "./text-table.ts";

const NAME_WIDTH = 26;

/**
 *  Formats the lines of agreement and accuracy, the accuracies predicted without labels, and why agreement may not
 * predict accuracy.
 */
export function formatAgreementTable(lines: readonly AgreementLine[], file: string | null): string {
  const columns = [
    left("line of"),
    left("x axis"),
    right("pairs"),
    right("slope"),
    right("r2"),
    right("accuracy's"),
    right("r2"),
    left("slope difference, 97.5 %"),
    right("ALine-S, pp"),
    right("ALine-D, pp"),
    left("breaks"),
  ];
  const short = nameShortener(
    lines.flatMap(({ benchmark, idSide }) => [benchmark, idSide]),
    NAME_WIDTH,
  );
  const rows = lines.map(({ benchmark, idSide, agreement, accuracy, differences, errors, breaks }) => [
    short(benchmark),
    short(idSide),
    String(agreement.n),
    decimal(agreement.slope, 2),
    decimal(agreement.r2, 3),
    accuracy === null ? "" : decimal(accuracy.slope, 2),
    accuracy === null ? "" : decimal(accuracy.r2, 3),
    differences === null ? "" : difference(differences.slope),
    errors.alineS === null ? "" : percent(errors.alineS),
    errors.alineD === null ? "" : percent(errors.alineD),
    breaks.join(", "),
  ]);
  const scale = lines[0]?.scale ?? "probit";
  return [
    `Agreement of every pair of checkpoints, on the ${scale} scale (Baek et al. 2022)`,
    "  ALine    mean error of the accuracies predicted from agreement, without labels of the shift",
    "  breaks   why agreement does not predict accuracy: r2 below 0.95, or lines that differ by a jackknife over checkpoints",
    "  pairs share checkpoints and are not independent: no p values",
    formatTextTable(columns, rows),
    ...(file === null ? [] : [`predictions of each checkpoint: ${file}`]),
  ].join("\n");
}

function difference({ estimate, low, high }: LineDifference): string {
  return `${decimal(estimate, 2)}  (${decimal(low, 2)} … ${decimal(high, 2)})`;
}
