import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import type { Focus } from "../../analysis/robustness/focus.ts";
import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import type { ColumnOf } from "../../analysis/robustness/metadata.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";

/** What a study must have to be drawn. Without checkpoints `rows` and `accuracies` are empty, without a baseline `lines`. */
export type PanelStudy = Pick<RobustnessStudy, "lines" | "rows" | "accuracies" | "pairing"> &
  Partial<Pick<RobustnessStudy, "rules">>;

export interface PanelOptions {
  /** default: that of the study's lines, else logit */
  readonly scale?: FitScale;
  /** benchmarks to draw and their order; default: all that have a line or a checkpoint, the study's shifts first, the average last */
  readonly benchmarks?: readonly string[];
  /** benchmark → protocol; default: the baseline's preferred one. One that is named here is drawn alone, never mixed */
  readonly protocols?: ReadonlyMap<string, string>;
  /**
   * x axis: all classes of the in-distribution benchmark, or the shift's where there is such a line or checkpoint; default:
   * as the baseline's rules have it, see `preferredIdSide`
   */
  readonly idSide?: "all-classes" | "same-classes";
  /** the benchmark in distribution that the x axis is of; default: the study's first */
  readonly inDistribution?: string;
  readonly templates?: string;
  readonly classNames?: string;
  /** benchmark → the name that figures give it; default: the study's titles */
  readonly titles?: ReadonlyMap<string, string>;
  /** checkpoint → group, drawn with a marker of its own for each group */
  readonly groups?: ColumnOf;
  /** the groups' lines, of `compareGroups` */
  readonly groupLines?: readonly GroupComparison[];
  /** order of the groups; default: by name */
  readonly groupOrder?: readonly string[];
  readonly groupTitles?: Readonly<Record<string, string>>;
  /** which checkpoints are in focus; default: all. Where none is in question the axes leave out what lies far from the rest */
  readonly focus?: Focus;
  /** trainings whose checkpoints are joined by a line */
  readonly runs?: readonly PanelRun[];
}

/** Checkpoints of one training in their order. */
export interface PanelRun {
  readonly run: string;
  readonly checkpoints: readonly string[];
}

/** A column of the metadata that holds numbers: checkpoint → number. */
export interface NumericColumn {
  readonly column: string;
  readonly numbers: Readonly<Record<string, number>>;
}
