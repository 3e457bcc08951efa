import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { compareGroups, type GroupComparison } from "../../analysis/robustness/group-lines.ts";
import { type RobustnessStudy, studyRobustness } from "../../analysis/robustness/robustness-study.ts";
import { InputError } from "../../foundation/errors.ts";
import type { PanelStudy } from "../figures/panel-study.ts";
import type { ReportData } from "./report-data.ts";

/** The parts of a report that a study needs. */
export type StudiedData = Pick<ReportData, "results" | "baselines" | "benchmarks" | "groupings" | "axes" | "line">;

/** A study, or the reason why there is none. */
export interface StudyOutcome {
  readonly study: RobustnessStudy | null;
  readonly problem: string;
}

/** Compares the results of a report with one of its baselines, with the same code as `shiftline fit`. */
export function studyReport(data: StudiedData, baseline: string, scale: string): StudyOutcome {
  const chosen = data.baselines.find(({ id }) => id === baseline) ?? data.baselines[0];
  if (chosen === undefined) return { study: null, problem: "there is no baseline to compare with" };
  try {
    const defaultProtocols = new Map(data.benchmarks.map(({ id, defaultProtocol }) => [id, defaultProtocol]));
    return {
      study: studyRobustness(data.results, chosen, {
        scale: scale as FitScale,
        ...(data.line === undefined ? {} : { line: data.line }),
        axes: data.axes,
        defaultProtocols,
      }),
      problem: "",
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { study: null, problem: (error as Error).message };
  }
}

/** Fits the lines of the groups. If no group can have a line, the list is empty and the reason is given. */
export function groupReport(
  data: StudiedData,
  study: RobustnessStudy | null,
  column: string,
  scale: string,
): { readonly comparisons: readonly GroupComparison[]; readonly problem: string } {
  const grouping = data.groupings.find((candidate) => candidate.column === column);
  if (study === null || grouping === undefined) return { comparisons: [], problem: "" };
  try {
    const groups = new Map(Object.entries(grouping.groups));
    return { ...compareGroups(study.accuracies, groups, scale as FitScale, study.pairing, study.rules), problem: "" };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { comparisons: [], problem: (error as Error).message };
  }
}

/** Returns a study of accuracies without a baseline. */
export function withoutBaseline(data: StudiedData): PanelStudy {
  return {
    lines: [],
    rows: [],
    accuracies: data.results,
    pairing: {
      axes: data.axes,
      preferredProtocols: new Map(data.benchmarks.map(({ id, defaultProtocol }) => [id, defaultProtocol])),
      preferredClassNames: new Set(),
    },
  };
}
