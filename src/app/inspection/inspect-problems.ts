import { basename, relative } from "node:path";
import { noImages } from "../../data/dataset/locate.ts";
import type { UnrecognizedPlace } from "../../data/dataset/unrecognized-places.ts";
import { count, plural } from "../../foundation/number-text.ts";
import type { BenchmarkInspection } from "./inspect-benchmark.ts";
import { benchmarkProblems, type DataProblem } from "./inspect-benchmark-problems.ts";

const SEVERITIES = ["error", "warning", "note"];

/** The most serious first: what makes every number wrong, then what makes some wrong, then what stops a run. */
const KINDS = [
  "wrong set",
  "not listed",
  "moved to another class",
  "changed content",
  "two copies",
  "not recognised",
  "not found",
  "unknown folders",
  "loose images",
  "two folders of one class",
  "missing images",
  "missing classes",
  "images gone",
  "uneven classes",
  "unreadable",
  "in two classes",
];

/**
 * What is wrong in the benchmarks that were found, what folders of their names hold none, and which were asked for in
 * vain: by severity, then by how much it spoils, then by benchmark.
 */
export function findProblems(
  root: string,
  benchmarks: readonly BenchmarkInspection[],
  unrecognized: readonly UnrecognizedPlace[],
  absent: readonly { readonly id: string; readonly folders: readonly string[] }[],
): DataProblem[] {
  const problems = benchmarks.flatMap(benchmarkProblems);
  for (const { path, benchmark, contents } of unrecognized) {
    problems.push({
      severity: "error",
      kind: "not recognised",
      benchmark,
      root: path,
      message: noImages(benchmark, contents),
      advice: "",
      items: [],
    });
  }
  for (const { id, folders } of absent) {
    problems.push({
      severity: "error",
      kind: "not found",
      benchmark: id,
      root,
      message: "asked for, and not there; looked for these folders",
      advice: "rename its folder to one of them",
      items: folders,
    });
  }
  for (const problem of copies(benchmarks)) problems.push(problem);
  const rank = ({ severity, kind }: DataProblem) =>
    SEVERITIES.indexOf(severity) * 100 + (KINDS.indexOf(kind) < 0 ? KINDS.length : KINDS.indexOf(kind));
  return problems.sort((a, b) => rank(a) - rank(b));
}

function copies(benchmarks: readonly BenchmarkInspection[]): DataProblem[] {
  const first = new Map<string, BenchmarkInspection>();
  return benchmarks.flatMap((inspection): DataProblem[] => {
    if (inspection.images === 0 && inspection.problem === null) return []; // a run passes over empty class folders
    const earlier = first.get(inspection.benchmark);
    if (earlier === undefined) {
      first.set(inspection.benchmark, inspection);
      return [];
    }
    return [
      {
        severity: "error",
        kind: "two copies",
        benchmark: inspection.benchmark,
        root: inspection.root,
        message: `a second copy, of ${plural(inspection.images, "image")}, beside ${earlier.root} of ${count(earlier.images)}`,
        advice: `move one elsewhere, or say which is meant with --data-dir ${inspection.benchmark}=PATH`,
        items: [earlier.root, inspection.root],
      },
    ];
  });
}

/** A benchmark's place as people read it: below the root, "." where it is the root. */
export function placeBelow(root: string, place: string): string {
  const below = relative(root, place) || ".";
  return below.startsWith("..") ? basename(place) : below; // of a container or a pattern that was named itself
}
