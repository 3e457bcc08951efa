import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { compareGroups, type GroupComparison } from "../../analysis/robustness/group-lines.ts";
import { type RobustnessStudy, studyRobustness } from "../../analysis/robustness/robustness-study.ts";
import { InputError } from "../../foundation/errors.ts";
import type { PanelStudy } from "../figures/panel-study.ts";
import type { ReportData } from "./report-data.ts";

/** What a study needs of a report. */
export type StudiedData = Pick<ReportData, "results" | "baselines" | "benchmarks" | "groupings" | "axes" | "line">;

/** A study, or why there is none. */
export interface StudyOutcome {
  readonly study: RobustnessStudy | null;
  readonly problem: string;
}

/** The study of a report's results against one of its baselines: what `shiftline fit` computes, by the same code. */
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

/** The lines of a grouping's groups. Empty where no group can have a line, with the reason. */
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

/** A study of accuracies alone, where there is no baseline to compare with. */
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
