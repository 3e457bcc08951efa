import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import type { Focus } from "../../analysis/robustness/focus.ts";
import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import type { ColumnOf } from "../../analysis/robustness/metadata.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";

/**
 * The parts of a study that are drawn. `rows` and `accuracies` are empty without checkpoints, `lines` without a
 * baseline.
 */
export type PanelStudy = Pick<RobustnessStudy, "lines" | "rows" | "accuracies" | "pairing"> &
  Partial<Pick<RobustnessStudy, "rules">>;

export interface PanelOptions {
  /** default: that of the study's lines, else logit */
  readonly scale?: FitScale;
  /**
   * benchmarks to draw, in order; default: all with a line or a checkpoint, the study's shifts first, the average last
   */
  readonly benchmarks?: readonly string[];
  /**
   * benchmark → protocol; default: the baseline's preferred protocol. A protocol that is named here is never mixed with
   * others
   */
  readonly protocols?: ReadonlyMap<string, string>;
  /**
   * x axis: all classes of the in-distribution benchmark, or the shift's if there is such a line or checkpoint;
   * default: from the baseline's rules, see `preferredIdSide`
   */
  readonly idSide?: "all-classes" | "same-classes";
  /** the in-distribution benchmark of the x axis; default: the study's first */
  readonly inDistribution?: string;
  readonly templates?: string;
  readonly classNames?: string;
  /** benchmark → its name in figures; default: the study's titles */
  readonly titles?: ReadonlyMap<string, string>;
  /** checkpoint → group; each group has a separate marker */
  readonly groups?: ColumnOf;
  /** the groups' lines, from `compareGroups` */
  readonly groupLines?: readonly GroupComparison[];
  /** order of the groups; default: by name */
  readonly groupOrder?: readonly string[];
  readonly groupTitles?: Readonly<Record<string, string>>;
  /** which checkpoints are in focus; default: all. If none is in question, the axes omit points far from the rest */
  readonly focus?: Focus;
  /** training runs whose checkpoints are joined by a line */
  readonly runs?: readonly PanelRun[];
}

/** Checkpoints of one training run, in order. */
export interface PanelRun {
  readonly run: string;
  readonly checkpoints: readonly string[];
}

/** A numeric column of the metadata: checkpoint → number. */
export interface NumericColumn {
  readonly column: string;
  readonly numbers: Readonly<Record<string, number>>;
}
