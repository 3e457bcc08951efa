import type { Note } from "../../foundation/notes.ts";
import type { RuntimeKind } from "../../model/onnx/runtime.ts";
import type { ResultMetrics } from "../results/metrics-file.ts";

/** A finished evaluation: one checkpoint on one benchmark by one protocol and one set of prompts. */
export interface EvaluateResult extends ResultMetrics {
  /** where its `run.json`, `metrics.json` and `predictions.csv` are */
  readonly folder: string;
  /** images that could not be read and were skipped, see `EvaluateOptions.skipUnreadable` */
  readonly skipped: number;
  /** why the numbers may be wrong, as in its `run.json` */
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
   * benchmark id → column of its class list that its class folders are named by, where their names are numbers and nothing
   * else tells which: `index`, `index+1`, `ilsvrc2012_id`, …
   */
  readonly folderNames?: Readonly<Record<string, string>>;
  /** file whose first line is the password of encrypted zip archives */
  readonly zipPasswordFile?: string;
  /** ids; every benchmark found below `data` where absent */
  readonly benchmarks?: readonly string[];
  /**
   * benchmark id → those of its protocols that are scored, and "" → those of every benchmark that has them; all of a benchmark
   * of which none is named. Images that none of them scores are not embedded.
   */
  readonly protocols?: Readonly<Record<string, readonly string[]>>;
  /** benchmark id → file of labels of its single images, such as ImageNet-ReaL's real.json: a further protocol of the file's name */
  readonly labels?: Readonly<Record<string, string>>;
  /** file of a list of classes, one a line: protocols are scored on these alone, each benchmark's first where `protocols` names none of it */
  readonly classes?: string;
  /** template sets, by id or path of a .txt, .json or .py file; openai-80 where absent */
  readonly templates?: readonly string[];
  /** class-name list, by id or path of a .csv, .txt, .json or .py file; the benchmark's own where absent */
  readonly classNames?: string;
  /** results folder; "results" where absent */
  readonly out?: string;
  /** where embeddings are kept; `.shiftline/store` beside `out` where absent */
  readonly store?: string;
  /** checkpoint path → the name its results go by */
  readonly names?: Readonly<Record<string, string>>;
  /** which of several weight files, e.g. "quantized" or "fp16" */
  readonly variant?: string;
  /** architecture of weights that no file describes, by open_clip's name, perhaps with a tag: "ViT-B-32:laion2b_s34b_b79k" */
  readonly arch?: string;
  /** a seeded sample of so many images, spread over the classes */
  readonly limit?: number;
  /** evaluate a benchmark although images of it are missing; false where absent */
  readonly allowIncomplete?: boolean;
  /** skip images that cannot be read or decoded, and count them; false where absent: such an image stops the run */
  readonly skipUnreadable?: boolean;
  /** score a checkpoint whose export fails a check that `inspect` makes: each failed check is then a warning of its results */
  readonly allowUnsound?: boolean;
  /** embed nothing: score what is stored, and throw `MissingEmbeddingsError` where something is not */
  readonly mergeOnly?: boolean;
  /** images per inference call */
  readonly batchSize?: number;
  /** what runs the graphs: cpu and float32 where absent, and all there is yet */
  readonly runtime?: Partial<RuntimeKind>;
  /** what the machine has where absent */
  readonly threads?: number;
  /** images per stored part, the unit in which a stopped run resumes */
  readonly partSize?: number;
  /** called after each batch */
  readonly onProgress?: (progress: EvaluateProgress) => void;
  /** called once for each note and warning, before the work begins or when it comes up */
  readonly onNote?: (note: Note) => void;
  /** called with each result once its files are written, whatever becomes of the others */
  readonly onResult?: (result: EvaluateResult) => void;
  /** when aborted, the batch at work is finished, whole parts stay, and `evaluate` throws the signal's reason */
  readonly signal?: AbortSignal;
}

/** How far an evaluation is. */
export interface EvaluateProgress {
  /**
   * "files": image files that may have changed since they were embedded are read again, before the other work; "checks": of
   * checkpoints' exports, where they take long
   */
  readonly phase: "files" | "checks" | "prompts" | "images";
  /** of this phase, over all checkpoints and benchmarks of the call; images count once for each checkpoint */
  readonly done: number;
  /** what `done` reaches at the end of the phase */
  readonly total: number;
  /** images still to come, while prompts are embedded */
  readonly imagesAhead: number;
  /** share of the phase's expected time that is behind, in [0, 1]: checkpoints differ in what an image or a prompt costs */
  readonly share: number;
  /** checkpoints at work, and the benchmark of the images; empty and null where there is none */
  readonly checkpoints: readonly string[];
  /** benchmark of the images at work; null where there is none */
  readonly benchmark: string | null;
}
