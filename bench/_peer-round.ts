import type { Setting } from "./_measured.ts";
import type { OpenClipTuning, Precision } from "./_open-clip-run.ts";
import type { Timed, TimedCpu } from "./_rates.ts";

/** One round of `peers`: everything once, one after the other. */
export interface PeerRound {
  /** GFLOP/s of 4096³ products, in PyTorch and in onnxruntime; null without Python */
  readonly gemm: { readonly float32: number; readonly bf16: number; readonly onnxruntime: number } | null;
  readonly bare: TimedCpu;
  readonly decode: TimedCpu & { readonly bytes: number };
  /** whole process */
  readonly evaluate: Timed;
  /** the pipeline alone, from run.json */
  readonly pipelineImagesPerSecond: number;
  /** `seconds` of the loop, `processSeconds` of the whole but for the text side */
  readonly openClip: Readonly<Record<Precision, Timed & { readonly processSeconds: number }>> | null;
  /** the int8 variant; null where not asked for */
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
  /** different classes among shiftline's predictions: few would prove little */
  readonly classes: number;
  /** where they differ: the greatest distance in cosine between open_clip's first and second class; 0 where they do not */
  readonly widestMargin: number;
}

export interface PeersMeasured extends Setting {
  readonly model: string;
  readonly title: string;
  readonly images: string;
  readonly batch: number;
  /** GFLOP an image; null where the image tower is no ViT */
  readonly gflop: number | null;
  /** numbers of an embedding */
  readonly dimension: number;
  /** open_clip's settings, tried before the rounds, which take the fastest; null without Python */
  readonly openClipTuning: Readonly<Record<Precision, OpenClipTuning>> | null;
  /** prompts a second: shiftline's from two runs, with and without stored text; open_clip's at full context */
  readonly promptsPerSecond: {
    readonly shiftline: number;
    readonly int8: number | null;
    readonly openClip: number | null;
  };
  /** bytes of predictions.csv an image */
  readonly predictionBytes: number;
  readonly agreements: readonly Agreement[];
  readonly rounds: readonly PeerRound[];
}
