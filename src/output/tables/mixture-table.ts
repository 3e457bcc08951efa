import type { MixtureComparison, MixtureStudy, MixtureVerdict } from "../../analysis/robustness/mixture-study.ts";
import { decimal, percent, probability } from "../../foundation/number-text.ts";
import { nameShortener } from "./shorten-names.ts";
import { formatTextTable, left, moreRows, printable, right } from "./text-table.ts";

const NAME_WIDTH = 28;
/** Places shown. */
const SHOWN = 40;

const VERDICTS: Readonly<Record<MixtureVerdict, string>> = {
  dilution: "dilution",
  "slopes-differ": "slopes differ",
  "not-linear": "not linear in the shares",
  "no-difference-shown": "no difference shown",
};

/**
 * Formats the tests of mixtures on each benchmark, then the positions of mixtures between their parts.
 *
 * @param placesFile file with all places; null if none is written
 */
export function formatMixtureTable(study: MixtureStudy, placesFile: string | null): string {
  const { sources, scale, comparisons, familySize } = study;
  const columns = [
    left("benchmark"),
    left("x axis"),
    right("n"),
    right("at, %"),
    right("p slopes"),
    right("p heights"),
    right("p linear"),
    left("effect of"),
    right(scale),
    left("95 %"),
    left("shown"),
  ];
  const short = shortener(study);
  const rows = comparisons.flatMap((comparison) =>
    comparison.effects.map((effect, i) => [
      ...(i === 0 ? testCells(comparison, short) : ["", "", "", "", "", "", ""]),
      short(sources[effect.source] as string),
      decimal(effect.estimate, 2),
      rangeOf(effect),
      i === 0 ? VERDICTS[comparison.verdict] : "",
    ]),
  );
  const title = [
    `Mixtures of ${printable(sources.join(", "))}: p values by Holm over ${familySize}; effect: ${effectWords(sources)}`,
    "slopes and linear: parametric bootstrap; heights: errors in x removed",
  ];
  return [...title, formatTextTable(columns, rows), ...placeLines(study, placesFile)].join("\n");
}

function shortener({ comparisons, sources }: MixtureStudy): (name: string) => string {
  const names = comparisons.flatMap(({ benchmark, idSide }) => [benchmark, idSide]);
  return nameShortener([...names, ...sources], NAME_WIDTH);
}

function effectWords(sources: readonly string[]): string {
  if (sources.length > 2) return "all of a source against equal shares of the others";
  return `all of ${printable(sources[0] as string)} against all of ${printable(sources[1] as string)}`;
}

function testCells(
  { benchmark, idSide, n, at, slopes, heights, lackOfFit }: MixtureComparison,
  short: (name: string) => string,
): string[] {
  return [
    short(benchmark),
    short(idSide),
    String(n),
    percent(at),
    slopes === null ? "–" : probability(slopes.pHolm),
    probability(heights.pHolm),
    lackOfFit === null ? "–" : probability(lackOfFit.pHolm),
  ];
}

function placeLines(study: MixtureStudy, file: string | null): string[] {
  const { comparisons, sources, scale } = study;
  const short = shortener(study);
  const brief = nameShortener(sources, 12);
  const columns = [
    left("benchmark"),
    left("mixture"),
    right("n"),
    right("measured, %"),
    right("expected, %"),
    right(`difference, ${scale}`),
    left("95 %"),
    right("from the better part"),
    left("95 %"),
    left("which"),
  ];
  const rows = comparisons.flatMap(({ benchmark, places }) =>
    places.map((place) => [
      short(benchmark),
      mixtureText(place.shares, sources.map(brief)),
      String(place.n),
      percent(place.accuracy),
      percent(place.expectedAccuracy),
      decimal(place.difference.estimate, 2),
      rangeOf(place.difference),
      decimal(place.fromBetter.estimate, 2),
      rangeOf(place.fromBetter),
      short(sources[place.betterSource] as string),
    ]),
  );
  if (rows.length === 0) return [];
  const title = "Mixtures between their parts, at the stated accuracy: expected by interpolation of the parts' lines";
  return [
    "",
    title,
    formatTextTable(columns, rows.slice(0, SHOWN)),
    ...moreRows(Math.max(0, rows.length - SHOWN), file),
  ];
}

/** `noto 25 %, emojione 75 %`. */
function mixtureText(shares: readonly number[], sources: readonly string[]): string {
  const parts = shares.flatMap((share, c) => (share > 0 ? [`${sources[c]} ${percent(share, 0)} %`] : []));
  return parts.join(", ");
}

function rangeOf({ low, high }: { readonly low: number; readonly high: number }): string {
  return `${decimal(low, 2)} … ${decimal(high, 2)}`;
}
