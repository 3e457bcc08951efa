import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import type { NoiseModel } from "../../analysis/lines/shared-noise.ts";
import type { Baseline } from "../../analysis/robustness/baseline.ts";
import type { LineKind } from "../../analysis/robustness/baseline-fit.ts";
import type { Focus } from "../../analysis/robustness/focus.ts";
import type { GroupVerdict } from "../../analysis/robustness/group-decisions.ts";
import type { StudyAxes } from "../../analysis/robustness/study-axes.ts";
import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import type { MetricValue } from "../../evaluation/scoring/metrics/metric.ts";
import type { EvaluationKey, TaskKey } from "../../foundation/evaluation-key.ts";
import type { Note } from "../../foundation/notes.ts";
import type { NumericColumn, PanelRun } from "../figures/panel-study.ts";
import type { JoinColumns } from "../figures/runs.ts";
import type { CodedRecords } from "./image-codec.ts";

/*
 * What the report's page is given, as JSON: plain data, no path of the machine that made it, no clock. All accuracies are
 * fractions in [0, 1]. The page fits lines and compares checkpoints itself, with the same code as the command line.
 */

/** What the page opens with: enough for the plots and the tables of accuracies. */
export interface ReportData {
  readonly schema: 1;
  readonly title: string;
  /** version of the program that wrote it */
  readonly version: string;
  /** names, sorted */
  readonly checkpoints: readonly string[];
  readonly results: readonly ReportResult[];
  /** which of them the report is about, and which are seen beside them */
  readonly focus: Focus;
  readonly benchmarks: readonly BenchmarkTitle[];
  readonly axes: StudyAxes;
  /** the one that is shown first is the first */
  readonly baselines: readonly Baseline[];
  readonly scale: FitScale;
  /** how the baselines' lines are fitted; default: least-squares */
  readonly line?: LineKind;
  readonly groupings: readonly Grouping[];
  /** columns of the metadata that hold numbers, each a possible x axis */
  readonly numbers: readonly NumericColumn[];
  /** the one on the x axis first; null: an accuracy */
  readonly x: string | null;
  /** columns that say which checkpoints are of one training, and their order; null: none are joined */
  readonly join: JoinColumns | null;
  /** trainings whose checkpoints are joined by a line */
  readonly runs: readonly PanelRun[];
  /** column of the grouping shown first; null: none */
  readonly groupBy: string | null;
  /** what was asked about lines of groups, mixtures and scaling; null: nothing */
  readonly findings: ReportFindings | null;
  /** what was left out, or differs */
  readonly notes: readonly ReportNote[];
  /** what the runs that made the results warned of */
  readonly warnings: readonly Note[];
  /** figures that lie beside the page */
  readonly figures: readonly string[];
  /** seconds after which the page opens itself anew, while it is rendered again and again; null: it is final */
  readonly reloadSeconds: number | null;
  /** evaluations under way when the page was made */
  readonly progress: readonly WorkUnderWay[];
}

/** A note as the page shows it: what its line leaves out is folded below it. */
export interface ReportNote extends Pick<Note, "severity" | "text"> {
  readonly details?: readonly string[];
}

/** What `fit` decides with the same options, on the first baseline. */
export interface ReportFindings {
  readonly scale: FitScale;
  /** null: no groups were asked for */
  readonly groups: GroupFindings | null;
  /** of mixtures and scaling: the tables that `fit` prints */
  readonly tables: readonly { readonly title: string; readonly text: string }[];
}

/** Whether the lines of a grouping's groups differ, on every benchmark and x axis. */
export interface GroupFindings {
  readonly column: string;
  /** p values that Holm's adjustment is over */
  readonly family: number;
  readonly rows: readonly GroupFinding[];
}

export interface GroupFinding {
  readonly benchmark: string;
  readonly protocol: string;
  readonly templates: string;
  readonly idSide: string;
  /** the stretch of the x axis that it is of, where the baseline's rules split it; else "" */
  readonly rule: string;
  readonly verdict: GroupVerdict;
  /** verdict and tests in words */
  readonly heading: string;
  readonly tests: string;
  readonly noise: NoiseModel;
}

/** How far an evaluation was when the page was made. */
export interface WorkUnderWay {
  /** what is counted: prompts, images or scores */
  readonly phase: string;
  readonly checkpoints: readonly string[];
  /** null while prompts are embedded */
  readonly benchmark: string | null;
  readonly done: number;
  readonly total: number;
  /** null before the first */
  readonly perSecond: number | null;
}

/** One top-1 accuracy, and the run's other metrics where they are known. */
export interface ReportResult extends AccuracyRow {
  /** 95 % interval of the accuracy; null: images not known */
  readonly low: number | null;
  readonly high: number | null;
  /** the other metrics; none where the accuracy came from a table */
  readonly others: readonly MetricValue[];
}

export interface BenchmarkTitle {
  readonly id: string;
  readonly title: string;
  readonly defaultProtocol: string;
}

/** A column of the metadata: which checkpoints belong together. */
export interface Grouping {
  readonly column: string;
  /** checkpoint → group; those without one are not in it */
  readonly groups: Readonly<Record<string, string>>;
}

/** The part that the page opens when it is asked for more: images counted by class and pair, and the recipes. */
export interface ReportDetails {
  readonly sets: readonly StoredImageSet[];
  readonly runs: readonly RunSummary[];
  /** what is not in it, to keep the page small */
  readonly notes: readonly Note[];
}

/** Checkpoints that saw the same images of one benchmark, by one protocol and one set of prompts. */
export interface ImageSetDetails extends TaskKey {
  readonly n: number;
  readonly expectedN: number;
  /** positions in ReportData.checkpoints */
  readonly checkpoints: readonly number[];
  /** labels as in predictions.csv, in the order of their first image; the names are null where they are not known */
  readonly labels: readonly string[];
  readonly names: readonly (string | null)[];
  /** images of each label */
  readonly images: readonly number[];
  /** (checkpoints, labels) images of the label that the checkpoint gets right */
  readonly correct: Uint32Array;
  /** upper triangle by rows (0,1), (0,2), …: images that both get right; null: left out */
  readonly both: Uint32Array | null;
}

/** Number of a block of bytes: they lie in the page one after the other, each deflated. */
export type BlockNumber = number;

/** The same, as the page holds it: counts are blocks, see `count-codec.ts`. */
export interface StoredImageSet extends Omit<ImageSetDetails, "correct" | "both"> {
  readonly correct: BlockNumber;
  readonly both: BlockNumber | null;
}

/** The recipe of one result, from its `run.json`. */
export interface RunSummary extends EvaluationKey {
  readonly n: number;
  readonly expectedN: number;
  readonly skipped: number;
  readonly warnings: readonly string[];
  /** what to know of the checkpoint */
  readonly notes: readonly string[];
  /** name → value, as they are to be read */
  readonly recipe: readonly (readonly [string, string])[];
}

/** Single images: what some chosen checkpoints said of each. */
export interface ReportImages {
  /** positions in ReportData.checkpoints, in the order in which they were chosen */
  readonly checkpoints: readonly number[];
  /** what was left out, by which rule, and how to have it: sentences */
  readonly cuts: readonly string[];
  /** confidence is in steps of so many percent */
  readonly step: number;
  /** false: images that each of these checkpoints gets right are not listed */
  readonly isWhole: boolean;
  readonly sets: readonly StoredImages[];
}

/** The images of one benchmark, by one protocol and one set of prompts. */
export interface StoredImages extends TaskKey {
  /** images of the set, and those that are listed */
  readonly n: number;
  readonly listed: number;
  /** positions in ReportData.checkpoints */
  readonly checkpoints: readonly number[];
  /** labels as in predictions.csv; the names are null where they are not known */
  readonly labels: readonly string[];
  readonly names: readonly (string | null)[];
  /** names of the classes that are predicted */
  readonly classes: Readonly<Record<number, string>>;
  /** see `image-codec.ts` */
  readonly blocks: Readonly<Record<keyof CodedRecords, BlockNumber>>;
}

/** Small pictures of images. */
export interface ReportPictures {
  /** for each of ReportImages.sets: rows of listed images, and the place of their picture in `uris` */
  readonly sets: readonly { readonly rows: readonly number[]; readonly places: readonly number[] }[];
  /** data URIs, each image once */
  readonly uris: readonly string[];
}
