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
 * The data of the report's page, as JSON: plain data without paths of the machine or times. All accuracies are
 * fractions in [0, 1]. The page fits lines and compares checkpoints itself, with the same code as the command line.
 */

/** The data that the page reads first: enough for the plots and the tables of accuracies. */
export interface ReportData {
  readonly schema: 1;
  readonly title: string;
  /** version of Shiftline that wrote it */
  readonly version: string;
  /** names, sorted */
  readonly checkpoints: readonly string[];
  readonly results: readonly ReportResult[];
  /** the checkpoints that the report is about, and those shown for comparison */
  readonly focus: Focus;
  readonly benchmarks: readonly BenchmarkTitle[];
  readonly axes: StudyAxes;
  /** the first one is shown first */
  readonly baselines: readonly Baseline[];
  readonly scale: FitScale;
  /** how the baselines' lines are fitted; default: least-squares */
  readonly line?: LineKind;
  readonly groupings: readonly Grouping[];
  /** numeric columns of the metadata, each a possible x axis */
  readonly numbers: readonly NumericColumn[];
  /** the column that is on the x axis at first; null: an accuracy */
  readonly x: string | null;
  /** columns that identify the checkpoints of a training run and their order; null: none are joined */
  readonly join: JoinColumns | null;
  /** training runs whose checkpoints are joined by a line */
  readonly runs: readonly PanelRun[];
  /** column of the initial grouping; null: none */
  readonly groupBy: string | null;
  /** results about lines of groups, mixtures and scaling, if requested; null: none */
  readonly findings: ReportFindings | null;
  /** notes about omitted data and differences */
  readonly notes: readonly ReportNote[];
  /** warnings of the runs that produced the results */
  readonly warnings: readonly Note[];
  /** figures next to the page */
  readonly figures: readonly string[];
  /** seconds after which the page reloads while it is being updated; null: it is final */
  readonly reloadSeconds: number | null;
  /** evaluations in progress when the page was written */
  readonly progress: readonly WorkUnderWay[];
}

/** A note as the page shows it, with folded details. */
export interface ReportNote extends Pick<Note, "severity" | "text"> {
  readonly details?: readonly string[];
}

/** Results of `fit` with the same options, for the first baseline. */
export interface ReportFindings {
  readonly scale: FitScale;
  /** null: no groups were requested */
  readonly groups: GroupFindings | null;
  /** the tables that `fit` prints about mixtures and scaling */
  readonly tables: readonly { readonly title: string; readonly text: string }[];
}

/** The decisions whether the lines of groups differ, for every benchmark and x axis. */
export interface GroupFindings {
  readonly column: string;
  /** number of p values in Holm's adjustment */
  readonly family: number;
  readonly rows: readonly GroupFinding[];
}

export interface GroupFinding {
  readonly benchmark: string;
  readonly protocol: string;
  readonly templates: string;
  readonly idSide: string;
  /** the part of the x axis, if the baseline's rules split it; else "" */
  readonly rule: string;
  readonly verdict: GroupVerdict;
  /** verdict and tests in words */
  readonly heading: string;
  readonly tests: string;
  readonly noise: NoiseModel;
}

/** Progress of an evaluation when the page was written. */
export interface WorkUnderWay {
  /** the unit that is counted: prompts, images or scores */
  readonly phase: string;
  readonly checkpoints: readonly string[];
  /** null while prompts are embedded */
  readonly benchmark: string | null;
  readonly done: number;
  readonly total: number;
  /** null before the first */
  readonly perSecond: number | null;
}

/** One top-1 accuracy, with the run's other metrics if known. */
export interface ReportResult extends AccuracyRow {
  /** 95 % interval of the accuracy; null: number of images not known */
  readonly low: number | null;
  readonly high: number | null;
  /** the other metrics; empty if the accuracy came from a table */
  readonly others: readonly MetricValue[];
}

export interface BenchmarkTitle {
  readonly id: string;
  readonly title: string;
  readonly defaultProtocol: string;
}

/** A column of the metadata that groups checkpoints. */
export interface Grouping {
  readonly column: string;
  /** checkpoint → group; checkpoints without a group are absent */
  readonly groups: Readonly<Record<string, string>>;
}

/** The data that the page reads on demand: counts of images by class and pair, and the recipes. */
export interface ReportDetails {
  readonly sets: readonly StoredImageSet[];
  readonly runs: readonly RunSummary[];
  /** what was omitted to keep the page small */
  readonly notes: readonly Note[];
}

/** Checkpoints that saw the same images of one benchmark, with one protocol and one set of prompts. */
export interface ImageSetDetails extends TaskKey {
  readonly n: number;
  readonly expectedN: number;
  /** positions in ReportData.checkpoints */
  readonly checkpoints: readonly number[];
  /** labels as in predictions.csv, in the order of their first image; unknown names are null */
  readonly labels: readonly string[];
  readonly names: readonly (string | null)[];
  /** images of each label */
  readonly images: readonly number[];
  /** (checkpoints, labels) correct images per checkpoint and label */
  readonly correct: Uint32Array;
  /** upper triangle by rows (0,1), (0,2), …: images that both checkpoints get right; null: omitted */
  readonly both: Uint32Array | null;
}

/** Number of a block of bytes. Blocks are stored in sequence in the page, each deflated. */
export type BlockNumber = number;

/** An image set as stored in the page: counts are blocks, see `count-codec.ts`. */
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
  /** notes about the checkpoint */
  readonly notes: readonly string[];
  /** name → value, for display */
  readonly recipe: readonly (readonly [string, string])[];
}

/** Single images with the predictions of the chosen checkpoints. */
export interface ReportImages {
  /** positions in ReportData.checkpoints, in the order of choice */
  readonly checkpoints: readonly number[];
  /** sentences about what was omitted, the rule, and how to include it */
  readonly cuts: readonly string[];
  /** step of the confidence in percent */
  readonly step: number;
  /** false: images that all these checkpoints get right are not listed */
  readonly isWhole: boolean;
  readonly sets: readonly StoredImages[];
}

/** The images of one benchmark, with one protocol and one set of prompts. */
export interface StoredImages extends TaskKey {
  /** number of images of the set, and of listed images */
  readonly n: number;
  readonly listed: number;
  /** positions in ReportData.checkpoints */
  readonly checkpoints: readonly number[];
  /** labels as in predictions.csv; unknown names are null */
  readonly labels: readonly string[];
  readonly names: readonly (string | null)[];
  /** names of the predicted classes */
  readonly classes: Readonly<Record<number, string>>;
  /** see `image-codec.ts` */
  readonly blocks: Readonly<Record<keyof CodedRecords, BlockNumber>>;
}

/** Thumbnails of images. */
export interface ReportPictures {
  /** for each of ReportImages.sets: rows of listed images, and the index of their picture in `uris` */
  readonly sets: readonly { readonly rows: readonly number[]; readonly places: readonly number[] }[];
  /** data URIs without duplicates */
  readonly uris: readonly string[];
}
