import type { Note } from "../../foundation/notes.ts";
import type { RuntimeKind } from "../../model/onnx/runtime.ts";
import type { ResultMetrics } from "../results/metrics-file.ts";

/** A finished evaluation: one checkpoint on one benchmark by one protocol and one set of prompts. */
export interface EvaluateResult extends ResultMetrics {
  /** folder of its `run.json`, `metrics.json` and `predictions.csv` */
  readonly folder: string;
  /** images that could not be read and were skipped, see `EvaluateOptions.skipUnreadable` */
  readonly skipped: number;
  /** reasons why the numbers may be wrong, as in its `run.json` */
  readonly warnings: readonly string[];
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** folders or files */
  readonly checkpoints: readonly string[];
  /** folder that contains the benchmarks' folders */
  readonly data?: string;
  /** benchmark id → its folder, a container, a pattern of containers, or a list of paths and labels */
  readonly dataDirs?: Readonly<Record<string, string>>;
  /**
   * benchmark id → column of its class list that contains the names of class folders, for numbered folders that are
   * otherwise ambiguous: `index`, `index+1`, `ilsvrc2012_id`, …
   */
  readonly folderNames?: Readonly<Record<string, string>>;
  /** file whose first line is the password of encrypted zip archives */
  readonly zipPasswordFile?: string;
  /** ids; default: every benchmark found below `data` */
  readonly benchmarks?: readonly string[];
  /**
   * benchmark id → its protocols to score, and "" → protocols to score on every benchmark that has them; default: all
   * protocols of a benchmark. Only images that a selected protocol scores are embedded.
   */
  readonly protocols?: Readonly<Record<string, readonly string[]>>;
  /**
   * benchmark id → file with labels of its images, such as ImageNet-ReaL's real.json: adds a protocol with the file's
   * name
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * file with a list of classes, one per line, to which protocols are restricted; by default the first protocol of each
   * benchmark
   */
  readonly classes?: string;
  /** template sets, by id or path of a .txt, .json or .py file; default: openai-80 */
  readonly templates?: readonly string[];
  /** class-name list, by id or path of a .csv, .txt, .json or .py file; default: the benchmark's */
  readonly classNames?: string;
  /** results folder; default: "results" */
  readonly out?: string;
  /** folder of stored embeddings; default: `.shiftline/store` next to `out` */
  readonly store?: string;
  /** checkpoint path → its name in the results */
  readonly names?: Readonly<Record<string, string>>;
  /** which of several weight files, e.g. "quantized" or "fp16" */
  readonly variant?: string;
  /**
   * architecture for weights without a configuration file, by open_clip's name, optionally with a tag:
   * "ViT-B-32:laion2b_s34b_b79k"
   */
  readonly arch?: string;
  /** evaluate a seeded random sample of this many images, spread over the classes */
  readonly limit?: number;
  /** evaluate a benchmark although images of it are missing; false where absent */
  readonly allowIncomplete?: boolean;
  /** skip images that cannot be read or decoded, and count them; false where absent: such an image stops the run */
  readonly skipUnreadable?: boolean;
  /** score checkpoints that fail a check of `inspect`: each failed check becomes a warning of its results */
  readonly allowUnsound?: boolean;
  /** score stored embeddings without making any; throws `MissingEmbeddingsError` if some are missing */
  readonly mergeOnly?: boolean;
  /** images per inference call */
  readonly batchSize?: number;
  /** runtime of the graphs; default and only choice: cpu and float32 */
  readonly runtime?: Partial<RuntimeKind>;
  /** default: all that the machine or job allows */
  readonly threads?: number;
  /** images per stored part, the unit in which a stopped run resumes */
  readonly partSize?: number;
  /** called after each batch */
  readonly onProgress?: (progress: EvaluateProgress) => void;
  /** called once for each note and warning, before the work begins or when it occurs */
  readonly onNote?: (note: Note) => void;
  /** called with each result after its files are written, even if others fail later */
  readonly onResult?: (result: EvaluateResult) => void;
  /** when aborted, the current batch is finished, complete parts are kept, and `evaluate` throws the signal's reason */
  readonly signal?: AbortSignal;
}

/** How far an evaluation is. */
export interface EvaluateProgress {
  /**
   * "files": rereading image files that may have changed since they were embedded; "checks": checks of checkpoints'
   * exports, if they take long
   */
  readonly phase: "files" | "checks" | "prompts" | "images";
  /** progress of this phase over all checkpoints and benchmarks of the call; images count once per checkpoint */
  readonly done: number;
  /** what `done` reaches at the end of the phase */
  readonly total: number;
  /** images that remain to be embedded after the prompts */
  readonly imagesAhead: number;
  /** completed share of the phase's expected time, in [0, 1]; checkpoints differ in cost per image or prompt */
  readonly share: number;
  /** current checkpoints, and the benchmark of the images; empty or null if none */
  readonly checkpoints: readonly string[];
  /** benchmark of the images at work; null where there is none */
  readonly benchmark: string | null;
}
