import { count } from "../../foundation/number-text.ts";
import type { DataProblem } from "../inspection/inspect-benchmark-problems.ts";

const SEVERITIES = ["error", "warning", "note"];

/** Sorted by severity: problems that make numbers wrong, then a different set, then problems that stop a run. */
const KINDS = [
  "damaged reference",
  "wrong set",
  "not listed",
  "other images",
  "in two classes",
  "misplaced",
  "altered",
  "repeated numbers",
  "two copies",
  "truncated",
  "unreadable",
  "missing",
  "missing images",
  "missing classes",
  "extra",
  "twice in a class",
];

/** Sorts problems by severity, then by kind; otherwise keeps the order. */
export function sortProblems(problems: readonly DataProblem[]): DataProblem[] {
  const rank = ({ severity, kind }: DataProblem) =>
    SEVERITIES.indexOf(severity) * 100 + (KINDS.indexOf(kind) < 0 ? KINDS.length : KINDS.indexOf(kind));
  return problems.toSorted((a, b) => rank(a) - rank(b));
}

/** Decoder messages for a file that ends too early. */
const TRUNCATED = /premature end|ends before|(?:is|are) cut off|unexpected end|truncated|out of data|not enough/i;

/** Separates truncated images from images that are unreadable for other reasons. */
export function splitTruncated(problems: readonly DataProblem[]): DataProblem[] {
  return problems.flatMap((problem) => {
    if (problem.kind !== "unreadable") return [problem];
    // "it may be damaged or cut off" is a generic message
    const isTruncated = (item: string) => TRUNCATED.test(item.replace("may be damaged or cut off", ""));
    const parts = [
      { kind: "truncated", items: problem.items.filter(isTruncated) },
      { kind: "unreadable", items: problem.items.filter((item) => !isTruncated(item)) },
    ];
    return parts
      .filter(({ items }) => items.length > 0)
      .map((part) => ({ ...problem, ...part, message: `${part.kind}: ${count(part.items.length)}` }));
  });
}
