import { parseHTML } from "linkedom";
import { compareGroups } from "../../../src/analysis/robustness/group-lines.ts";
import { groupsOfRows } from "../../../src/analysis/robustness/metadata.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import type { AccuracyRow } from "../../../src/evaluation/results/accuracy-row.ts";
import type { PanelOptions } from "../../../src/output/figures/panel-study.ts";
import { buildPanels, type ScatterPanel } from "../../../src/output/figures/scatter-panel.ts";

export const HOSTILE_NAMES = [
  `<script>alert("x")</script>`,
  `"quoted' & <b>bold</b>`,
  "x".repeat(300),
  "نموذج-كبير/laion",
  "👩🏽‍🚀🔥 model",
  "模型-大",
  "a\u202eb\u0000c\ud800d\u001b[31m",
];

export function newDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document as unknown as Document;
}

export async function zooStudy() {
  const [openai, zoo] = await Promise.all(["openai-clip", "openclip"].map(readBaseline));
  if (openai === undefined || zoo === undefined) throw new Error("two baselines are read");
  return studyRobustness(zoo.rows, openai);
}

export async function zooPanel(benchmark: string): Promise<ScatterPanel> {
  return only(buildPanels(await zooStudy(), { benchmarks: [benchmark] }));
}

let testbed: ReturnType<typeof compareTestbed> | null = null;

/** The groups are compared once a file: their tests are simulated. */
export async function testbedPanels(options: PanelOptions = {}): Promise<ScatterPanel[]> {
  testbed ??= compareTestbed();
  const { study, groups, groupLines } = await testbed;
  return buildPanels(study, { groups, groupLines, ...options });
}

async function compareTestbed() {
  const [openai, testbed] = await Promise.all(["openai-clip", "imagenet-testbed"].map(readBaseline));
  if (openai === undefined || testbed === undefined) throw new Error("two baselines are read");
  const rows = testbed.rows.filter(({ group }) => group !== "low-accuracy");
  const study = studyRobustness([...rows, ...openai.rows], testbed);
  const groups = groupsOfRows(study.accuracies);
  const groupLines = compareGroups(study.accuracies, groups, "logit", study.pairing, study.rules).comparisons;
  return { study, groups, groupLines };
}

/** Panels of checkpoints with these names on ImageNet and ImageNet-R, against the OpenAI line. */
export async function panelsOfNames(names: readonly string[], fields: Partial<AccuracyRow> = {}) {
  const openai = await readBaseline("openai-clip");
  const rows = names.flatMap((checkpoint, i) =>
    [
      ["imagenet", "1000", 0.55 + 0.03 * (i % 9)],
      ["imagenet-r", "200", 0.6 + 0.04 * ((i * 2) % 7)],
    ].map(([benchmark, protocol, accuracy]) => ({
      ...{ checkpoint, metric: "top1", group: "", benchmark: benchmark as string, protocol: protocol as string },
      ...{ templates: "openai-80", classNames: "imagenet-openai", accuracy: accuracy as number },
      ...{ n: 1000, expectedN: 30_000, where: "test" },
      ...fields,
    })),
  );
  return buildPanels(studyRobustness(rows, openai), { benchmarks: ["imagenet-r"] });
}

export function only<T>(values: readonly T[]): T {
  if (values.length !== 1) throw new Error(`expected one, got ${values.length}`);
  return values[0] as T;
}

/** The `translate(x,y)` of an element, in pixels. */
export function translateOf(element: Element): [number, number] {
  const found = /translate\(([-\d.e]+),([-\d.e]+)\)/.exec(element.getAttribute("transform") ?? "");
  if (found === null) throw new Error(`no translate in ${element.outerHTML}`);
  return [Number(found[1]), Number(found[2])];
}
