import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { contextOf, type Focus, hasContext, NO_FOCUS } from "../../analysis/robustness/focus.ts";
import { haveSameAxes, type LineKey, lineKey } from "../../analysis/robustness/line-key.ts";
import { preferredIdSide } from "../../analysis/robustness/preferred-side.ts";
import { AVERAGE, hasOtherClasses, mainSide, sameClassesSide } from "../../analysis/robustness/study-axes.ts";
import { compareTexts } from "../../foundation/evaluation-key.ts";
import { plural } from "../../foundation/number-text.ts";
import { separateFarPoints } from "./far-points.ts";
import { panelDomains } from "./panel-domains.ts";
import { chooseLines, type PanelLine, panelLine } from "./panel-lines.ts";
import {
  baselinePoints,
  type CheckpointPair,
  chooseKey,
  choosePairs,
  type PanelCheckpoint,
  type PanelPoint,
  pairCheckpoints,
  panelCheckpoint,
} from "./panel-points.ts";
import type { PanelOptions, PanelRun, PanelStudy } from "./panel-study.ts";
import { axisLabel, benchmarkTitle, idAxisLabel, studyTitles } from "./panel-titles.ts";
import type { Domain } from "./plot-axis.ts";

/** One scatter plot as plain data: accuracies are fractions; it contains no pixels or colors. */
export interface ScatterPanel extends LineKey {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly scale: FitScale;
  /** ranges of the axes; scales that are infinite at 0 and 1 stay strictly between them */
  readonly xDomain: Domain;
  readonly yDomain: Domain;
  /** whether y = x means "no loss": both axes are of the same classes */
  readonly hasEquality: boolean;
  /** models of the baseline's lines that are not checkpoints of the panel */
  readonly baseline: readonly PanelPoint[];
  /** ordered by name */
  readonly checkpoints: readonly PanelCheckpoint[];
  /** the baseline's line (two if its rules split it), then one per group */
  readonly lines: readonly PanelLine[];
  /** the groups of the study's checkpoints, the same in every panel; empty if none were requested */
  readonly groups: readonly string[];
  /** group → its title in the legend, if that is not its name */
  readonly groupTitles?: Readonly<Record<string, string>>;
  /** whether some checkpoints are in focus and others are not; only then do they look different */
  readonly hasContext: boolean;
  /** checkpoints too far from the rest for the axes, see {@link separateFarPoints}; ordered by name */
  readonly far: readonly PanelCheckpoint[];
  /** training runs, each with at least two drawn checkpoints */
  readonly runs: readonly PanelRun[];
  /** the numeric column on the x axis, in which case every x is a number of the column; null for accuracies */
  readonly xColumn: { readonly column: string; readonly scale: "number" | "log" } | null;
  /** notes for readers of the panel, such as checkpoints scored by another protocol */
  readonly notes: readonly string[];
}

/**
 * Maximum number of groups with bands, which must be distinguishable from each other and the baseline's when they
 * overlap.
 */
const MAX_BANDS = 2;

/**
 * Builds the panels of a study: one per shift, and one for the average. It shows fitted lines and measured accuracies;
 * lines of other protocols, prompts or x axes need other options.
 *
 * @returns panels in display order
 */
export function buildPanels(study: PanelStudy, options: PanelOptions = {}): ScatterPanel[] {
  const pairs = pairCheckpoints(study);
  const order = options.benchmarks ?? benchmarksOf(study, pairs);
  return order.flatMap((benchmark) => {
    const panel = buildPanel(study, pairs, benchmark, options);
    return panel === undefined ? [] : [panel];
  });
}

function buildPanel(
  study: PanelStudy,
  all: readonly CheckpointPair[],
  benchmark: string,
  options: PanelOptions,
): ScatterPanel | undefined {
  const idSide = chooseIdSide(study, all, benchmark, options);
  const isHere = (key: LineKey) => key.benchmark === benchmark && key.idSide === idSide;
  const axes = [...all.map(({ pair }) => pair), ...study.lines].find(isHere);
  if (axes === undefined) return undefined;
  const candidates = all.filter(({ pair }) => haveSameAxes(pair, axes));
  const baselineLines = study.lines.filter((line) => haveSameAxes(line, axes));
  const key = chooseKey(axes, candidates, baselineLines, study.pairing, options);
  const { chosen, notes } = choosePairs(key, candidates, options.protocols?.has(benchmark) ?? false);
  const scale = options.scale ?? study.lines[0]?.fit.scale ?? "logit";

  const lines = chooseLines(key, baselineLines);
  const members = new Set(lines.flatMap(({ fit }) => fit.models.map(({ model }) => model)));
  const { focus } = options;
  const isContext = contextOf(focus ?? NO_FOCUS);
  const placed = chosen
    .map((pair) => panelCheckpoint(pair, study, options.groups, { members, isContext }))
    .sort((a, b) => compareTexts(a.name, b.name));
  const names = new Set(placed.map(({ name }) => name));
  const baseline = lines.flatMap((line) => baselinePoints(line)).filter(({ name }) => !names.has(name));
  const groupLines = chooseGroupLines(key, lines, options);
  const titles = options.titles ?? studyTitles(study.pairing.axes);
  const otherClasses = hasOtherClasses(benchmark, idSide, study.pairing.axes);
  const { near: checkpoints, far } = separateFarPoints(baseline, placed, scale, canBeLeftOut(focus));
  const domains = panelDomains(baseline, checkpoints, scale);
  const isFocused = focus !== undefined && hasContext(focus);
  const inFocus = (group: string) =>
    !isFocused || placed.some((checkpoint) => checkpoint.group === group && !checkpoint.isContext);
  const hasBands = groupLines.filter(({ group }) => inFocus(group)).length <= MAX_BANDS;
  return {
    ...key,
    title: benchmarkTitle(benchmark, titles),
    xLabel: idAxisLabel(idSide, otherClasses, scale, titles),
    yLabel: axisLabel(benchmark, scale, titles),
    scale,
    ...domains,
    hasEquality: !otherClasses,
    baseline,
    checkpoints,
    lines: [
      ...lines.map((line, i) =>
        panelLine(
          line.fit,
          { label: line.baseline, group: line.group, ofBaseline: true, hasBand: true, isContext: false },
          domains.xDomain,
          {
            from: line.piece.servesFrom,
            to: lines[i + 1]?.piece.servesFrom ?? 1,
          },
        ),
      ),
      ...groupLines.map(({ group, fit, piece }) =>
        panelLine(
          fit,
          { label: group, group, ofBaseline: false, hasBand: hasBands && inFocus(group), isContext: !inFocus(group) },
          domains.xDomain,
          {
            from: piece.servesFrom,
            to: Math.min(piece.to, 1),
          },
        ),
      ),
    ],
    groups: groupsOf(study, options),
    ...(options.groupTitles === undefined ? {} : { groupTitles: options.groupTitles }),
    hasContext: isFocused,
    far,
    runs: drawnRuns(options.runs ?? [], checkpoints),
    xColumn: null,
    notes: [...notes, ...missingNote(all, chosen, benchmark, idSide)],
  };
}

/**
 * Returns which checkpoints may be omitted: with a focus, its context; with published models only, all except those of
 * the line.
 */
function canBeLeftOut(focus: Focus | undefined): (checkpoint: PanelCheckpoint) => boolean {
  if (focus === undefined || focus.by === "all") return () => false;
  return ({ inBaseline, isContext }) => !inBaseline && (isContext || focus.by === "none");
}

function drawnRuns(runs: readonly PanelRun[], drawn: readonly PanelCheckpoint[]): PanelRun[] {
  const names = new Set(drawn.map(({ name }) => name));
  return runs
    .map(({ run, checkpoints }) => ({ run, checkpoints: checkpoints.filter((name) => names.has(name)) }))
    .filter(({ checkpoints }) => checkpoints.length > 1);
}

/** Reports how many checkpoints have the benchmark only on another x axis. */
function missingNote(
  all: readonly CheckpointPair[],
  chosen: readonly CheckpointPair[],
  benchmark: string,
  idSide: string,
): string[] {
  const onAxis = new Set(
    all
      .filter(({ pair }) => pair.benchmark === benchmark && pair.idSide === idSide)
      .map(({ pair }) => pair.point.model),
  );
  const missing = new Set(all.filter(({ pair }) => pair.benchmark === benchmark).map(({ pair }) => pair.point.model));
  for (const model of [...onAxis, ...chosen.map(({ pair }) => pair.point.model)]) missing.delete(model);
  const { size } = missing;
  return size === 0 ? [] : [`${plural(size, "checkpoint")} without accuracy on ${idSide} left out`];
}

/**
 * Chooses the lines of each group that best match the panel's key, with all pieces of split lines. The group of the
 * baseline's line already has a line.
 */
function chooseGroupLines(key: LineKey, lines: PanelStudy["lines"], { groupLines = [] }: PanelOptions) {
  const candidates = groupLines
    .filter((line) => haveSameAxes(line, key))
    .flatMap((line) => line.lines.map(({ group, fit }) => ({ ...lineKey(line), group, fit, piece: line.piece })));
  const drawn = new Set(lines.map(({ group }) => group));
  const groups = [...new Set(candidates.map(({ group }) => group))].filter((group) => !drawn.has(group)).sort();
  return groups.flatMap((group) =>
    chooseLines(
      key,
      candidates.filter((candidate) => candidate.group === group),
    ),
  );
}

/** Returns the groups of all checkpoints of the study, so that a group has the same marker in every panel. */
function groupsOf({ accuracies }: PanelStudy, { groups, groupOrder = [] }: PanelOptions): string[] {
  if (groups === undefined) return [];
  const present = new Set(
    accuracies.map(({ checkpoint }) => groups.get(checkpoint) ?? "").filter((group) => group !== ""),
  );
  const ordered = groupOrder.filter((group) => present.has(group));
  return [...ordered, ...[...present].filter((group) => !ordered.includes(group)).sort()];
}

function chooseIdSide(
  study: PanelStudy,
  pairs: readonly CheckpointPair[],
  benchmark: string,
  { idSide, inDistribution = mainSide(study.pairing.axes) }: PanelOptions,
): string {
  const keys = pairs.map(({ pair }) => pair);
  if (idSide === undefined) return preferredIdSide(benchmark, study, keys, inDistribution);
  const sameClasses = sameClassesSide(inDistribution, benchmark);
  const known = [...study.lines, ...keys].some((key) => key.benchmark === benchmark && key.idSide === sameClasses);
  return idSide === "same-classes" && known ? sameClasses : inDistribution;
}

function benchmarksOf(study: PanelStudy, pairs: readonly CheckpointPair[]): string[] {
  const known = new Set([...study.lines, ...pairs.map(({ pair }) => pair)].map(({ benchmark }) => benchmark));
  const { shifts } = study.pairing.axes;
  const rest = [...known].filter((benchmark) => benchmark !== AVERAGE && !shifts.includes(benchmark));
  return [...shifts, ...rest.sort(), AVERAGE].filter((benchmark) => known.has(benchmark));
}
