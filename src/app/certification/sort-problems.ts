import { count } from "../../foundation/number-text.ts";
import type { DataProblem } from "../inspection/inspect-benchmark-problems.ts";

const SEVERITIES = ["error", "warning", "note"];

/** The most serious first: what makes numbers wrong, then what makes them those of another set, then what stops a run. */
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

/** Problems by severity, then by how much they spoil, in the order given. */
export function sortProblems(problems: readonly DataProblem[]): DataProblem[] {
  const rank = ({ severity, kind }: DataProblem) =>
    SEVERITIES.indexOf(severity) * 100 + (KINDS.indexOf(kind) < 0 ? KINDS.length : KINDS.indexOf(kind));
  return problems.toSorted((a, b) => rank(a) - rank(b));
}

/** How decoders say that a file ends too early. */
const TRUNCATED = /premature end|ends before|(?:is|are) cut off|unexpected end|truncated|out of data|not enough/i;

/** Tells images that are cut off from those that are unreadable otherwise. */
export function splitTruncated(problems: readonly DataProblem[]): DataProblem[] {
  return problems.flatMap((problem) => {
    if (problem.kind !== "unreadable") return [problem];
    // "it may be damaged or cut off" says nothing of this file
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
