import { join } from "node:path";
import { NO_FOCUS } from "../src/analysis/robustness/focus.ts";
import { compareGroups } from "../src/analysis/robustness/group-lines.ts";
import { groupsOfRows } from "../src/analysis/robustness/metadata.ts";

import { readBaseline } from "../src/analysis/robustness/read-baseline.ts";
import { defaultProtocolsOf, readStudy } from "../src/analysis/robustness/read-study.ts";
import { studyRobustness } from "../src/analysis/robustness/robustness-study.ts";
import { AVERAGE, IMAGENET_AXES } from "../src/analysis/robustness/study-axes.ts";
import { buildPanels, type ScatterPanel } from "../src/output/figures/scatter-panel.ts";
import { ALL_SHIFTS, type FigureFormat, writeFigures } from "../src/output/figures/write-figures.ts";

const BENCHMARKS = [...IMAGENET_AXES.shifts, AVERAGE];

/** Model types as in "Data Determines Distributional Robustness" (Fang et al. 2022). */
const MODEL_TYPES = {
  standard: "standard training",
  openai: "OpenAI CLIP",
  "zero-shot": "zero-shot CLIP, testbed",
  "more-data": "trained with more data",
  "robustness-interventions": "other robustness interventions",
  "adversarially-robust": "Lp-robust",
};

/** Folder of docs/figures → its panels. */
export async function publishedFigures(): Promise<Map<string, ScatterPanel[]>> {
  const options = { defaultProtocols: defaultProtocolsOf(await readStudy(undefined)) };
  const [openai, zoo, testbed] = await Promise.all(["openai-clip", "openclip", "imagenet-testbed"].map(readBaseline));
  if (openai === undefined || zoo === undefined || testbed === undefined) throw new Error("three baselines are read");

  const models = testbed.rows.filter(({ group }) => Object.hasOwn(MODEL_TYPES, group));
  const types = studyRobustness([...models, ...openai.rows], testbed, options);
  const groups = groupsOfRows(types.accuracies);
  const { comparisons } = compareGroups(types.accuracies, groups, "logit", types.pairing, types.rules);
  return new Map([
    [
      "openclip-zoo",
      buildPanels(studyRobustness(zoo.rows, openai, options), { benchmarks: BENCHMARKS, focus: NO_FOCUS }),
    ],
    [
      "imagenet-testbed",
      buildPanels(types, {
        benchmarks: BENCHMARKS,
        groups,
        groupLines: comparisons,
        groupOrder: Object.keys(MODEL_TYPES),
        groupTitles: MODEL_TYPES,
      }),
    ],
  ]);
}

/** Writes the figures of the README. @returns their paths below the folder */
export async function writePublishedFigures(folder: string, formats: readonly FigureFormat[]): Promise<string[]> {
  const paths: string[] = [];
  for (const [study, panels] of await publishedFigures()) {
    const files = await writeFigures(join(folder, study), panels, {
      formats,
      names: [ALL_SHIFTS, "imagenet-a", "imagenet-a-same-classes"],
    });
    paths.push(...files.map((file) => join(study, file)));
  }
  return paths;
}

if (process.argv[1] === import.meta.filename) {
  const folder = join(import.meta.dirname, "../docs/figures");
  for (const path of await writePublishedFigures(folder, ["svg", "png"])) console.log(join("docs/figures", path));
}
