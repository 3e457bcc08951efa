// The analysis as Markdown, for ../README.md: `refresh` puts each between its markers.
import { inverseLogit } from "../../../dist/foundation/statistics/logit.js";
import { SOURCE_TITLES } from "./figures.mjs";
import { groupVerdict, mixtureVerdict, pairTitle, summarize } from "./summary.mjs";

const percent = (fraction, digits = 1) => (100 * fraction).toFixed(digits);
const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
const pText = (p) => (p < 0.001 ? "< 0.001" : p.toFixed(3));
/** A p value; bold if significant at the level after Holm's correction. */
const decided = ({ pHolm }, level) => (pHolm < level ? `**${pText(pHolm)}**` : pText(pHolm));
const effectText = ({ estimate, low, high }) => `${signed(estimate)} (${signed(low)} to ${signed(high)})`;

function table(header, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [header, header.map((_, i) => (i === 0 ? "---" : "---:")), ...rows].map(line).join("\n");
}

/** Why agreement does not predict accuracy, in words. */
const BREAKS = {
  "agreement-scattered": "agreements scattered (r² < 0.95)",
  "accuracy-scattered": "accuracies scattered (r² < 0.95)",
  "lines-differ": "lines differ",
};

/** @returns {Record<string, string>} name → Markdown */
export function fragmentsOf(plan, titles, study, analysis) {
  const sources = Object.keys(SOURCE_TITLES);
  const title = (benchmark) => (benchmark === "average" ? "**average of the five**" : titles[benchmark]);
  const { decisions, effects, lines, agreement } = analysis;
  const decision = (hypothesis, benchmark, test) =>
    decisions.find((row) => row.hypothesis === hypothesis && row.benchmark === benchmark && row.test === test);
  const heights = (benchmarks) =>
    table(
      ["set", ...sources.map((source) => SOURCE_TITLES[source])],
      benchmarks.map((benchmark) => [
        title(benchmark),
        ...sources.map((source) => {
          const line = lines.find((row) => row.benchmark === benchmark && row.source === source);
          if (line === undefined) return "";
          const { estimate, low, high } = line.height;
          return `${percent(inverseLogit(estimate))} (${percent(inverseLogit(low))}–${percent(inverseLogit(high))})`;
        }),
      ]),
    );
  const tests = ({ id, benchmarks }) =>
    table(
      [
        "set",
        "slopes",
        "heights",
        `within ±${plan.margin}`,
        "largest difference of heights",
        "these drawings: heights",
        "verdict",
      ],
      benchmarks.map((benchmark) => {
        const mine = effects.filter((row) => row.hypothesis === id && row.benchmark === benchmark);
        const largest = mine.reduce((best, row) => (Math.abs(row.estimate) > Math.abs(best.estimate) ? row : best));
        const [slopes, heights, single] = ["slopes", "heights", "one line"].map((test) =>
          decision(id, benchmark, test),
        );
        return [
          title(benchmark),
          decided(slopes, plan.level),
          slopes.pHolm < plan.level ? "–" : decided(heights, plan.level),
          decided(single, plan.level),
          `${pairTitle(largest.effect)}: ${effectText(largest)}`,
          pText(heights.picturesP),
          groupVerdict([slopes, heights, single], mine, plan.level).verdict,
        ];
      }),
    );
  const of = (id) => plan.hypotheses.find((hypothesis) => hypothesis.id === id);
  return {
    summary: summarize(plan, (benchmark) => (benchmark === "average" ? "the average" : titles[benchmark]), analysis),
    "heights-shifts": heights(["average", ...plan.shifts]),
    "heights-own-style": heights([...plan.secondDrawings, ...plan.trainedDrawings]),
    "tests-sources": tests(of("sources")),
    "tests-kin": tests(of("kin")),
    "tests-own-style": tests(of("own-style")),
    dilution: dilutionTable(of("dilution"), plan, title, decision, effects),
    scaling: scalingTable(of("scaling"), plan, title, decision, effects),
    cells: cellsTable(plan, study),
    agreement: table(
      [
        "set",
        "r², accuracies",
        "r², agreements",
        "slope, accuracies",
        "slope, agreements",
        "mean error of predicted accuracy, points",
        "breaks",
      ],
      agreement.map((row) => [
        title(row.benchmark),
        row.accuracy.r2.toFixed(2),
        row.agreement.r2.toFixed(2),
        row.accuracy.slope.toFixed(2),
        row.agreement.slope.toFixed(2),
        percent(row.meanError),
        row.breaks.map((name) => BREAKS[name]).join("; ") || "no",
      ]),
    ),
  };
}

function dilutionTable({ id, benchmarks }, plan, title, decision, effects) {
  const effect = (benchmark, name) =>
    effects.find((row) => row.hypothesis === id && row.benchmark === benchmark && row.effect === name);
  return table(
    [
      "set",
      "all Noto − all EmojiOne",
      "p",
      "lack of fit, p",
      "half and half − middle of the parts",
      "these drawings: all Noto − all EmojiOne",
      "verdict",
    ],
    benchmarks.map((benchmark) => [
      title(benchmark),
      effectText(effect(benchmark, "all of it − none of it")),
      decided(decision(id, benchmark, "dilution"), plan.level),
      decided(decision(id, benchmark, "lack of fit"), plan.level),
      effectText(effect(benchmark, "share 0.5 − straight line between the parts")),
      effectText(effect(benchmark, "all of it − none of it").pictures),
      mixtureVerdict([decision(id, benchmark, "dilution"), decision(id, benchmark, "lack of fit")], plan.level),
    ]),
  );
}

function scalingTable({ id, benchmarks, columns }, plan, title, decision, effects) {
  return table(
    ["set", ...columns.flatMap((column) => [`twice the ${column}`, "p"])],
    benchmarks.map((benchmark) => [
      title(benchmark),
      ...columns.flatMap((column) => {
        const name = `log2 ${column}`;
        const effect = effects.find(
          (row) => row.hypothesis === id && row.benchmark === benchmark && row.effect === name,
        );
        return [effectText(effect), decided(decision(id, benchmark, name), plan.level)];
      }),
    ]),
  );
}

/** Mean accuracies of the seeds on the reference and on the average, and the spread of seeds within a cell. */
function cellsTable(plan, { cells, accuracies }) {
  const [reference, average] = [plan.idBenchmark, "average"].map(accuracies);
  const sources = Object.keys(SOURCE_TITLES);
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return table(
    ["samples, steps", ...sources.map((source) => SOURCE_TITLES[source])],
    plan.samples.flatMap((samples) =>
      plan.steps.map((steps) => [
        `${samples.toLocaleString("en-US")}, ${steps}`,
        ...sources.map((source) => {
          const cell = cells.find(
            (entry) => entry.source === source && entry.samples === samples && entry.steps === steps,
          );
          if (cell === undefined) return "";
          return [reference, average].map((values) => percent(mean(cell.rows.map((row) => values[row])))).join(", ");
        }),
      ]),
    ),
  );
}

/** Puts each fragment between `<!-- study: name -->` and `<!-- end -->`. @throws if a marker is missing */
export function refresh(text, fragments) {
  return Object.entries(fragments).reduce((all, [name, fragment]) => {
    const [start, end] = [`<!-- study: ${name} -->\n`, "\n<!-- end -->"];
    const from = all.indexOf(start);
    const to = all.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`no place for ${name}`);
    return `${all.slice(0, from + start.length)}\n${fragment}\n${all.slice(to)}`;
  }, text);
}
