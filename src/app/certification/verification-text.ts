import { count, plural } from "../../foundation/number-text.ts";
import { nameShortener } from "../../output/tables/shorten-names.ts";
import { formatTextTable } from "../../output/tables/text-table.ts";
import { formatProblem, shorten, wrap } from "../inspection/data-inspection-text.ts";
import { placeBelow } from "../inspection/inspect-problems.ts";
import type { Verification } from "./verify-data.ts";
import type { BenchmarkVerification } from "./verify-set.ts";

const WIDTH = 80;

/** Formats a verification for the terminal: the verdict, problems with advice, then each copy. 80 columns wide. */
export function formatVerification(verification: Verification): string {
  const { root, benchmarks, problems, certified } = verification;
  const ids = new Set(benchmarks.map(({ benchmark }) => benchmark)).size;
  const wrong = problems.filter(({ severity }) => severity === "error").length;
  const shortFolder = nameShortener(
    benchmarks.map((copy) => placeBelow(root, copy.root)),
    36,
  );
  return [
    shorten(root, WIDTH),
    `${plural(ids, "benchmark")}: ${certified ? "certified" : `not certified, ${plural(wrong, "problem")}`}`,
    ...problems.flatMap((problem) => ["", ...formatProblem(problem, root)]),
    "",
    formatTextTable(
      [
        { title: "benchmark", align: "left" },
        { title: "images", align: "right" },
        { title: "of", align: "right" },
        { title: "read", align: "right" },
        { title: "folder", align: "left" },
      ],
      benchmarks.map((copy) => [
        copy.benchmark,
        count(copy.images),
        count(copy.expectedImages),
        count(copy.read),
        shortFolder(placeBelow(root, copy.root)),
      ]),
    ),
    "",
    ...benchmarks.flatMap(formatIdentity),
    ...formatManifest(verification.manifest),
  ].join("\n");
}

const REFERENCES = {
  written: "recorded as the reference",
  same: "matches its reference",
  differs: "differs from its reference",
  none: "no reference",
};

/** Prints the identity on a separate line, for copying. */
function formatIdentity({ benchmark, certified, identity, reference }: BenchmarkVerification): string[] {
  const state = `${certified ? "certified" : "not certified"}, ${REFERENCES[reference.state]}`;
  return [...wrap(`${benchmark}: ${state}`, "  "), ...(identity === null ? [] : [`  ${identity}`])];
}

function formatManifest(manifest: Verification["manifest"]): string[] {
  if (manifest === null) return [];
  const states = {
    written: "written",
    compared: "compared with",
    none: "not written because of problems; write it anyway with --accept",
  };
  return wrap(`manifest ${manifest.path}: ${states[manifest.state]}`, "  ");
}
