import { basename, relative } from "node:path";
import { noImages } from "../../data/dataset/locate.ts";
import type { UnrecognizedPlace } from "../../data/dataset/unrecognized-places.ts";
import { count, plural } from "../../foundation/number-text.ts";
import type { BenchmarkInspection } from "./inspect-benchmark.ts";
import { benchmarkProblems, type DataProblem } from "./inspect-benchmark-problems.ts";

const SEVERITIES = ["error", "warning", "note"];

/** Sorted by severity: problems that make all numbers wrong, then some numbers, then problems that stop a run. */
const KINDS = [
  "wrong set",
  "not listed",
  "moved to another class",
  "changed content",
  "two copies",
  "not recognized",
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
 * Collects the problems of the benchmarks found, folders without recognized content, and requested benchmarks that are
 * missing; sorted by severity, kind, then benchmark.
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
      kind: "not recognized",
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
      message: "requested but not found; searched for these folders",
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
    if (inspection.images === 0 && inspection.problem === null) return []; // a run skips empty class folders
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
        message: `a second copy with ${plural(inspection.images, "image")}, in addition to ${earlier.root} with ${count(earlier.images)}`,
        advice: `move one elsewhere, or select one with --data-dir ${inspection.benchmark}=PATH`,
        items: [earlier.root, inspection.root],
      },
    ];
  });
}

/** Formats a benchmark's location relative to the root; "." for the root. */
export function placeBelow(root: string, place: string): string {
  const below = relative(root, place) || ".";
  return below.startsWith("..") ? basename(place) : below; // for a container or a pattern given as root
}
