import type { Setting } from "./_measured.ts";
import type { OpenClipTuning, Precision } from "./_open-clip-run.ts";
import type { Timed, TimedCpu } from "./_rates.ts";

/** One round of `peers`: every measurement once, one after the other. */
export interface PeerRound {
  /** GFLOP/s of 4096³ products, in PyTorch and in onnxruntime; null without Python */
  readonly gemm: { readonly float32: number; readonly bf16: number; readonly onnxruntime: number } | null;
  readonly bare: TimedCpu;
  readonly decode: TimedCpu & { readonly bytes: number };
  /** whole process */
  readonly evaluate: Timed;
  /** only the pipeline, from run.json */
  readonly pipelineImagesPerSecond: number;
  /** `seconds` of the loop, `processSeconds` of the whole process without text embeddings */
  readonly openClip: Readonly<Record<Precision, Timed & { readonly processSeconds: number }>> | null;
  /** the int8 variant; null if not requested */
  readonly int8: {
    readonly bareOne: TimedCpu;
    readonly bareBatch: TimedCpu;
    readonly evaluate: Timed;
    readonly pipelineImagesPerSecond: number;
  } | null;
}

/** Top-1 predictions of the same images by shiftline and open_clip. */
export interface Agreement {
  readonly precision: Precision;
  readonly images: number;
  readonly equal: number;
  /** number of distinct classes in shiftline's predictions: few would prove little */
  readonly classes: number;
  /** for differing images: the largest cosine distance between open_clip's first and second class; 0 if none differ */
  readonly widestMargin: number;
}

export interface PeersMeasured extends Setting {
  readonly model: string;
  readonly title: string;
  readonly images: string;
  readonly batch: number;
  /** GFLOP per image; null if the image tower is not a ViT */
  readonly gflop: number | null;
  /** width of an embedding */
  readonly dimension: number;
  /** open_clip's settings, tested before the rounds, which use the fastest; null without Python */
  readonly openClipTuning: Readonly<Record<Precision, OpenClipTuning>> | null;
  /** prompts per second: shiftline's from two runs, with and without stored text embeddings; open_clip's at full context */
  readonly promptsPerSecond: {
    readonly shiftline: number;
    readonly int8: number | null;
    readonly openClip: number | null;
  };
  /** bytes of predictions.csv per image */
  readonly predictionBytes: number;
  readonly agreements: readonly Agreement[];
  readonly rounds: readonly PeerRound[];
}
