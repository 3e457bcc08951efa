// The analysis as CSV files, for programs.

const DIGITS = 6;

function cell(value) {
  if (value === null || value === undefined) return "";
  const text = typeof value === "number" && !Number.isInteger(value) ? value.toPrecision(DIGITS) : String(value);
  if (/[",\n]/.test(text)) throw new Error(`a cell that needs quotes: ${text}`);
  return typeof value === "number" ? String(Number(text)) : text;
}

function csv(header, rows) {
  return `${[header, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
}

const interval = ({ estimate, se, low, high }) => [estimate, se, low, high];

/** @returns {Record<string, string>} file name → content */
export function tablesOf(plan, study, { decisions, effects, heights, lines, agreement }) {
  return {
    "decisions.csv": decisionsCsv(decisions, plan.level),
    "effects.csv": effectsCsv(effects),
    "heights.csv": heightsCsv(heights),
    "lines.csv": linesCsv(lines),
    "agreement.csv": agreementCsv(agreement),
    "runs.csv": runsCsv(plan, study),
  };
}

function decisionsCsv(decisions, level) {
  const header =
    "hypothesis,benchmark,kind,test,n,statistic,df1,df2,replicates,p,p_holm,shown,p_pictures,p_unadjusted,p_quick".split(
      ",",
    );
  return csv(
    header,
    decisions.map((row) => [
      row.hypothesis,
      row.benchmark,
      row.kind,
      row.test,
      row.n,
      row.statistic,
      row.df1,
      row.df2,
      row.replicates,
      row.p,
      row.pHolm,
      row.pHolm === null ? null : row.pHolm < level,
      row.picturesP,
      row.unadjustedP,
      row.quickP,
    ]),
  );
}

function effectsCsv(effects) {
  const header =
    "hypothesis,benchmark,effect,n,estimate,se,low,high,df,margin,p_equivalence,at_most,pictures_estimate,pictures_se,pictures_low,pictures_high,unadjusted_estimate,unadjusted_se,unadjusted_low,unadjusted_high";
  return csv(
    header.split(","),
    effects.map((row) => [
      row.hypothesis,
      row.benchmark,
      row.effect,
      row.n,
      ...interval(row),
      row.degreesOfFreedom,
      row.equivalence?.margin,
      row.equivalence?.p,
      row.equivalence?.atMost,
      ...interval(row.pictures),
      ...(row.unadjusted === undefined ? ["", "", "", ""] : interval(row.unadjusted)),
    ]),
  );
}

function heightsCsv(heights) {
  const header =
    "hypothesis,benchmark,share,estimate,se,low,high,pictures_estimate,pictures_se,pictures_low,pictures_high";
  return csv(
    header.split(","),
    heights.map((row) => [row.hypothesis, row.benchmark, row.share, ...interval(row), ...interval(row.pictures)]),
  );
}

function linesCsv(lines) {
  const header =
    "benchmark,source,n,slope,slope_se,slope_low,slope_high,height,height_se,height_low,height_high,pictures_slope_se,pictures_height_se";
  return csv(
    header.split(","),
    lines.map((row) => [
      row.benchmark,
      row.source,
      row.n,
      ...interval(row.slope),
      ...interval(row.height),
      row.pictures.slope.se,
      row.pictures.height.se,
    ]),
  );
}

/** Accuracies of every run, and whether the plan leaves it out. */
function runsCsv(plan, { runs, excluded, accuracies }) {
  const benchmarks = [plan.idBenchmark, "average", ...plan.shifts, ...plan.secondDrawings, ...plan.trainedDrawings];
  const left = new Set(excluded.map(({ checkpoint }) => checkpoint));
  return csv(
    ["checkpoint", "excluded", ...benchmarks],
    runs.map(({ checkpoint, row }) => [
      checkpoint,
      left.has(checkpoint),
      ...benchmarks.map((benchmark) => accuracies(benchmark)[row]),
    ]),
  );
}

function agreementCsv(agreement) {
  const line = ({ slope, intercept, r2 }) => [slope, intercept, r2];
  const header =
    "benchmark,accuracy_slope,accuracy_intercept,accuracy_r2,agreement_slope,agreement_intercept,agreement_r2,mean_error,breaks";
  return csv(
    header.split(","),
    agreement.map((row) => [
      row.benchmark,
      ...line(row.accuracy),
      ...line(row.agreement),
      row.meanError,
      row.breaks.join(";"),
    ]),
  );
}
