import { type CsvCell, formatCsv } from "../../foundation/files/format-csv.ts";
import { count, decimal, percentWords, plural } from "../../foundation/number-text.ts";
import { formatTextTable } from "../../output/tables/text-table.ts";
import { shorten, wrap } from "../inspection/data-inspection-text.ts";
import type { CopyPair, SetComparison } from "./compare-sets.ts";

/** Maximum number of pairs and classes listed; --out and --json contain all. */
const NAMED = 10;
const COLUMNS = ["benchmark", "class", "image", "kind", "cosine", "copy"] as const;

/** Formats the pairs as a CSV file. */
export function formatPairs(pairs: readonly CopyPair[]): string {
  return formatCsv(
    COLUMNS,
    pairs.map((pair): Record<(typeof COLUMNS)[number], CsvCell> => {
      return { ...pair, cosine: pair.cosine === null ? null : Number(pair.cosine.toPrecision(6)) };
    }),
  );
}

/**
 * Formats a comparison of sets for the terminal.
 *
 * @param store  store to use in the suggested commands
 */
export function formatComparison(comparison: SetComparison, store: string): string {
  const { sets, against, same, near, pairs, classes } = comparison;
  const total = sets.reduce((sum, { images }) => sum + images, 0);
  const share = (n: number) => `${count(n)} of ${count(total)} (${percentWords(n / total)})`;
  const named = sets.map(({ benchmark, images }) => `${benchmark} (${plural(images, "image")})`).join(", ");
  return [
    ...wrap(`${named} against ${against.root} (${plural(against.images, "image")})`, "  "),
    `identical bytes: ${share(same)}`,
    ...nearLines(comparison, share(near), store),
    ...unreadableLines(comparison),
    ...(pairs.length === 0 ? [] : ["", formatTable(pairs)]),
    ...(pairs.length > NAMED ? [`and ${count(pairs.length - NAMED)} more pairs; list all with --out FILE.csv`] : []),
    ...(classes.length < 2
      ? []
      : [
          "",
          ...wrap(
            `classes with copies: ${classes.slice(0, NAMED).map(describeClass).join(", ")}${rest(classes.length)}`,
            "  ",
          ),
        ]),
  ].join("\n");
}

function rest(n: number): string {
  return n > NAMED ? ` and ${count(n - NAMED)} more` : "";
}

function describeClass({ class: name, same, near, images }: SetComparison["classes"][number]): string {
  return `${name} ${count(same + near)} of ${count(images)}`;
}

function nearLines({ embeddings, sets, against }: SetComparison, near: string, store: string): string[] {
  if (embeddings === null) {
    return [
      ...wrap(
        "near-duplicates: not searched, because no checkpoint has stored embeddings of both sets; these commands store them:",
        "  ",
      ),
      `  shiftline evaluate CHECKPOINT --data-dir ${sets[0]?.benchmark}=${sets[0]?.root} --store ${store}`,
      `  shiftline evaluate CHECKPOINT --data-dir ${sets[0]?.benchmark}=${against.root} --store ${store} --allow-incomplete --out OTHER`,
    ];
  }
  const { checkpoint, threshold, left, leftContents, right, rightContents } = embeddings;
  const covered = `${count(left)} of ${count(leftContents)} and ${count(right)} of ${count(rightContents)} images`;
  const isPartial = left < leftContents || right < rightContents;
  const partialNote = isPartial ? "; the others were compared by bytes only" : "";
  return wrap(
    `near-duplicates: ${near}, by cosine ≥ ${decimal(threshold, 3)} of ${checkpoint}'s embeddings, stored for ${covered}${partialNote}`,
    "  ",
  );
}

function unreadableLines({ unreadable }: SetComparison): string[] {
  const { benchmarks, against } = unreadable;
  if (benchmarks + against === 0) return [];
  return [`not compared because unreadable: ${count(benchmarks)} and ${plural(against, "image")}`];
}

function formatTable(pairs: readonly CopyPair[]): string {
  return formatTextTable(
    [
      { title: "image", align: "left" },
      { title: "copy", align: "left" },
      { title: "cosine", align: "right" },
    ],
    pairs
      .slice(0, NAMED)
      .map(({ image, copy, cosine }) => [
        shorten(image, 34),
        shorten(copy, 34),
        cosine === null ? "same" : decimal(cosine, 3),
      ]),
  );
}
