import { count, plural } from "../../foundation/number-text.ts";
import { nameShortener } from "../../output/tables/shorten-names.ts";
import { formatTextTable } from "../../output/tables/text-table.ts";
import { formatProblem, shorten, wrap } from "../inspection/data-inspection-text.ts";
import { placeBelow } from "../inspection/inspect-problems.ts";
import type { Verification } from "./verify-data.ts";
import type { BenchmarkVerification } from "./verify-set.ts";

const WIDTH = 80;

/** A verification as people read it: the verdict, what is wrong with what to do, then each copy. 80 columns. */
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
    `${plural(ids, "benchmark")}: ${certified ? "certified" : `not certified, ${plural(wrong, "thing")} wrong`}`,
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
  written: "now its reference",
  same: "as its reference",
  differs: "not as its reference",
  none: "without a reference",
};

/** The identity on a line of its own, to be copied. */
function formatIdentity({ benchmark, certified, identity, reference }: BenchmarkVerification): string[] {
  const state = `${certified ? "certified" : "not certified"}, ${REFERENCES[reference.state]}`;
  return [...wrap(`${benchmark}: ${state}`, "  "), ...(identity === null ? [] : [`  ${identity}`])];
}

function formatManifest(manifest: Verification["manifest"]): string[] {
  if (manifest === null) return [];
  const states = {
    written: "written",
    compared: "compared with",
    none: "not written, as something is wrong; --accept writes it",
  };
  return wrap(`manifest ${manifest.path}: ${states[manifest.state]}`, "  ");
}
