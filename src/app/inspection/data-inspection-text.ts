import { count, plural } from "../../foundation/number-text.ts";
import { nameShortener } from "../../output/tables/shorten-names.ts";
import { formatTextTable, printable } from "../../output/tables/text-table.ts";
import type { BenchmarkInspection } from "./inspect-benchmark.ts";
import type { DataProblem } from "./inspect-benchmark-problems.ts";
import type { DataInspection } from "./inspect-data.ts";
import { placeBelow } from "./inspect-problems.ts";

const WIDTH = 80;
/** Maximum number of items listed per problem; --json contains all. */
const NAMED = 5;
/** Maximum length of items that share a line, in characters. */
const SHORT = 24;
const MARKS = { error: "WRONG", warning: "LOOK", note: "note" } as const;

/** Formats an inspection for the terminal: the verdict, problems with advice, then facts. 80 columns wide. */
export function formatDataInspection(inspection: DataInspection): string {
  const { root, benchmarks, problems, deep } = inspection;
  const shortFolder = nameShortener(
    benchmarks.map((inspected) => placeBelow(root, inspected.root)),
    28,
  );
  return [
    ...verdict(inspection),
    ...problems.flatMap((problem) => ["", ...formatProblem(problem, root)]),
    "",
    formatTextTable(
      [
        { title: "benchmark", align: "left" },
        { title: "images", align: "right" },
        { title: "of", align: "right" },
        { title: "classes", align: "right" },
        { title: "folder", align: "left" },
      ],
      benchmarks.map((inspected) => [
        inspected.benchmark,
        count(inspected.images),
        count(inspected.expectedImages),
        `${inspected.classes}/${inspected.expectedClasses}`,
        shortFolder(placeBelow(root, inspected.root)),
      ]),
    ),
    "",
    ...benchmarks.flatMap(formatFacts),
    ...(deep ? [] : ["", ...wrap("first bytes checked; --deep decodes every image and records its content", "  ")]),
  ].join("\n");
}

function verdict({ root, benchmarks, problems, sound }: DataInspection): string[] {
  const wrong = problems.filter(({ severity }) => severity === "error").length;
  const ids = new Set(benchmarks.map(({ benchmark }) => benchmark)).size;
  const found = plural(ids, "benchmark");
  return [shorten(root, WIDTH), sound ? `${found}: complete and sound` : `${found}: ${plural(wrong, "problem")}`];
}

export function formatProblem(problem: DataProblem, root: string): string[] {
  const place = placeBelow(root, problem.root);
  const at = place === "." || place === problem.benchmark ? "" : ` (${shorten(place, 40)})`;
  return [
    ...wrap(`${MARKS[problem.severity]}  ${problem.benchmark}${at}: ${problem.message}`, "  "),
    ...formatItems(problem.items),
    ...(problem.advice === "" ? [] : wrap(`→ ${problem.advice}`, "    ", "  ")),
  ];
}

/** Formats short names side by side, longer ones on separate lines. */
function formatItems(items: readonly string[]): string[] {
  const named = items.slice(0, NAMED);
  const more = items.length > NAMED ? `and ${count(items.length - NAMED)} more` : null;
  if (named.length > 1 && named.every((item) => item.length <= SHORT)) {
    return wrap(named.join(", ") + (more === null ? "" : ` ${more}`), "    ", "    ");
  }
  return [...named, ...(more === null ? [] : [more])].map((item) => `    ${shorten(item, WIDTH - 4)}`);
}

function describeLayout({ layout, key, numeric }: BenchmarkInspection): string {
  switch (layout) {
    case "flat":
      return "files in one folder, labeled by their number";
    case "solution-file":
      return "files in one folder, labeled by the CSV file of the competition";
    case "web-dataset":
      return "labels that come with the images";
    case "numbered-folders":
      return "class folders named by numbers";
    case "class-folders":
      return `class folders named by ${key}${numeric ? ", read as numbers (10 after 9)" : ""}`;
  }
}

function formatFacts(inspection: BenchmarkInspection): string[] {
  const layout =
    (["", "folder"].includes(inspection.format) ? "" : `${inspection.format}: `) + describeLayout(inspection);
  const protocols = inspection.protocols.map(({ id, n, expected, state }) =>
    state === "left out"
      ? `${id}: left out`
      : `${id}: ${count(n)}${state === "complete" ? "" : ` of ${count(expected)}`}`,
  );
  const written = {
    written: "content recorded",
    unchanged: "content as recorded",
    changed: "content changed since recorded",
  };
  const manifest = inspection.manifest === null ? [] : [written[inspection.manifest.state]];
  return wrap(`${inspection.benchmark}: ${[layout, ...protocols, ...manifest].join("; ")}`, "  ");
}

/** Wraps text at spaces into lines of at most 80 columns; longer words are not broken. */
export function wrap(text: string, indent: string, first = ""): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of printable(text).split(" ")) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Shortens a text to its end, which is the most informative part of a path. */
export function shorten(text: string, width: number): string {
  const shown = printable(text);
  return shown.length <= width ? shown : `…${shown.slice(shown.length - width + 1)}`;
}
