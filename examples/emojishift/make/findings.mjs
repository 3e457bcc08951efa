// Prints the tables of ../README.md from results of the study: node findings.mjs [RESULTS]     after npm run build
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareGroups } from "../../../dist/analysis/robustness/group-lines.js";
import { lineBand } from "../../../dist/analysis/robustness/line-band.js";
import { parseMetadata } from "../../../dist/analysis/robustness/metadata.js";
import { defaultProtocolsOf, readStudy } from "../../../dist/analysis/robustness/read-study.js";
import { studyRobustness } from "../../../dist/analysis/robustness/robustness-study.js";
import { openBaseline, readAccuracies } from "../../../dist/app/cli/fit-inputs.js";

/** Reference accuracy at which lines are compared: all six reach it. */
const AT = 0.15;
const SOURCES = ["noto", "noto75-emojione25", "noto50-emojione50", "noto25-emojione75", "emojione", "twemoji"];
const SIZES = ["160", "640", "2560", "10240"];

const here = join(import.meta.dirname, "..");
const results = process.argv[2] ?? join(here, "..", "..", "results", "emojishift");
const about = await readStudy(join(here, "study.json"));
const { rows } = await readAccuracies(results);
const study = studyRobustness(rows, await openBaseline(results), {
  axes: about.axes,
  defaultProtocols: defaultProtocolsOf(about),
});
const table = join(here, "checkpoints.csv");
const groups = parseMetadata(readFileSync(table, "utf8"), table, "source");
const { comparisons } = compareGroups(study.accuracies, groups, "logit", study.pairing);
const title = (benchmark) => (benchmark === "average" ? "**average of the five**" : about.axes.titles[benchmark]);
const percent = (fraction) => (100 * fraction).toFixed(1);
const accuracy = (model, benchmark) =>
  study.accuracies.find((row) => row.checkpoint === model && row.benchmark === benchmark).accuracy;
const average = (model) =>
  about.axes.shifts.reduce((sum, shift) => sum + accuracy(model, shift), 0) / about.axes.shifts.length;

function print(header, lines) {
  const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
  row(header);
  row(header.map((_, i) => (i === 0 ? "---" : "---:")));
  lines.forEach(row);
  console.log();
}

const byBenchmark = new Map(comparisons.map((one) => [one.benchmark, one]));
const order = ["average", ...about.axes.shifts, "emoji-noto", "emoji-twemoji", "emoji-emojione"];
print(
  ["style", ...SOURCES, "one line for all (Holm)"],
  order.map((benchmark) => {
    const { lines, pHolm } = byBenchmark.get(benchmark);
    const cells = SOURCES.map((source) => {
      const { fit } = lines.find(({ group }) => group === source);
      const { expectedAccuracy, confidenceLow, confidenceHigh } = lineBand(fit, AT);
      return `${percent(expectedAccuracy)} (${percent(confidenceLow)}–${percent(confidenceHigh)})`;
    });
    return [title(benchmark), ...cells, pHolm < 0.001 ? "p < 0.001" : `p = ${pHolm.toFixed(3)}`];
  }),
);
print(
  ["style", ...SOURCES],
  order.map((benchmark) => {
    const { lines } = byBenchmark.get(benchmark);
    const cells = SOURCES.map((source) => {
      const { fit } = lines.find(({ group }) => group === source);
      return `${fit.slope.toFixed(2)} ± ${(fit.tQuantile * fit.slopeSe).toFixed(2)}, ${fit.r2.toFixed(2)}`;
    });
    return [title(benchmark), ...cells];
  }),
);
const curve = (of) => SIZES.map((size) => [size, ...SOURCES.map((source) => percent(of(`${source}-${size}`)))]);
for (const [name, of] of [
  ["Fluent flat", (model) => accuracy(model, "emoji-fluent-emoji-flat")],
  ["five shifts", average],
  ["Noto", (model) => accuracy(model, "emoji-noto")],
  ["EmojiOne", (model) => accuracy(model, "emoji-emojione")],
]) {
  print([`${name}: samples`, ...SOURCES], curve(of));
}
print(
  ["three seeds", "Fluent flat", "average of the five", "Noto", "EmojiOne"],
  ["noto-640", "noto50-emojione50-640"].map((name) => {
    const seeds = [name, `${name}-seed2`, `${name}-seed3`];
    const spread = (of) => {
      const values = seeds.map(of);
      return `${percent(Math.min(...values))}–${percent(Math.max(...values))}`;
    };
    return [
      name,
      spread((model) => accuracy(model, "emoji-fluent-emoji-flat")),
      spread(average),
      spread((model) => accuracy(model, "emoji-noto")),
      spread((model) => accuracy(model, "emoji-emojione")),
    ];
  }),
);
