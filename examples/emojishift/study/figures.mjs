// Figures of the study: accuracy on every set against the reference with each source's line, and the heights of mixtures' lines.
import { compareGroups } from "../../../dist/analysis/robustness/group-lines.js";
import { readStudy } from "../../../dist/analysis/robustness/read-study.js";
import { parseAccuracies } from "../../../dist/evaluation/results/parse-accuracies.js";
import { plotGrid } from "../../../dist/output/figures/compose-figure.js";
import {
  createFigureDocument,
  PIXELS_PER_INCH,
  TWO_COLUMNS,
  toSvgFile,
} from "../../../dist/output/figures/render-figure.js";
import { buildPanels } from "../../../dist/output/figures/scatter-panel.js";
import { drawHeights } from "./heights-figure.mjs";

const PROMPTS = "templates,class-names,top1";

/** Source → what figures call it. */
export const SOURCE_TITLES = {
  noto: "Noto",
  "noto75-emojione25": "75 Noto, 25 EmojiOne",
  "noto50-emojione50": "50 Noto, 50 EmojiOne",
  "noto25-emojione75": "25 Noto, 75 EmojiOne",
  emojione: "EmojiOne",
  twemoji: "Twemoji",
};

/**
 * @param study    of studyPoints
 * @param analysis of analyzeStudy
 * @returns {Promise<Record<string, string>>} file name → SVG text
 */
export async function drawFigures(plan, path, study, { heights }) {
  const about = await readStudy(path);
  const document = await createFigureDocument();
  const panels = [
    ...sourcePanels(plan, about, study, ["average", ...plan.shifts, ...plan.trainedDrawings], "all-classes"),
    ...sourcePanels(plan, about, study, plan.secondDrawings, "same-classes").map((panel) => ({
      ...panel,
      xLabel: "Fluent flat, the same things, top-1 (%)",
    })),
  ];
  const width = TWO_COLUMNS * PIXELS_PER_INCH;
  return {
    "lines.svg": await toSvgFile(plotGrid(panels, { document, width })),
    "dilution.svg": await drawHeights(heights, heightTitles(about)),
  };
}

function heightTitles({ axes }) {
  const short = Object.entries(axes.titles).map(([id, title]) => [id, title.replace("second drawings", "second")]);
  return { ...Object.fromEntries(short), average: "Average of the five" };
}

/** A point is a cell, so that lines are those of the analysis; intervals are left to the tables, whose units are drawings. */
function sourcePanels(plan, about, { cells, pointsOf }, benchmarks, idSide) {
  const { axes } = about;
  const protocolOf = (benchmark) => (idSide === "same-classes" ? benchmark : "160");
  const lines = ["checkpoint,benchmark,protocol,templates,class_names,metric,value"];
  for (const benchmark of idSide === "same-classes" ? benchmarks : benchmarks.filter((id) => id !== "average")) {
    const { points } = pointsOf(benchmark).pictures;
    points.forEach(({ x, y }, i) => {
      const { cell } = cells[i];
      lines.push(`${cell},${benchmark},160,${PROMPTS},${y}`);
      lines.push(`${cell},${plan.idBenchmark},${protocolOf(benchmark)},${PROMPTS},${x}`);
    });
  }
  const { rows } = parseAccuracies(`${[...new Set(lines)].join("\n")}\n`, "cells");
  const groups = new Map(cells.map(({ cell, source }) => [cell, source]));
  const pairing = { axes, preferredProtocols: new Map(), preferredClassNames: new Set() };
  return buildPanels(
    { lines: [], rows: [], accuracies: rows, pairing },
    {
      benchmarks,
      idSide,
      groups,
      groupLines: compareGroups(rows, groups, "logit", pairing).comparisons,
      groupOrder: Object.keys(SOURCE_TITLES),
      groupTitles: SOURCE_TITLES,
    },
  );
}
