import { markdownTable, type Row, spreadOf } from "./_markdown.ts";
import type { Setting } from "./_measured.ts";
import { rate, type Timed, type TimedCpu } from "./_rates.ts";
import { settingLine } from "./_setting-line.ts";

export interface TransformersJsRound {
  readonly bare: TimedCpu;
  readonly evaluate: Timed;
  readonly vision: Timed;
  readonly pipeline: Timed;
}

export interface TransformersJsMeasured extends Setting {
  readonly images: string;
  readonly promptsPerSecond: number | null;
  readonly rounds: readonly TransformersJsRound[];
}

export function transformersJsTable(measured: TransformersJsMeasured): string {
  const { rounds } = measured;
  const first = rounds[0] as TransformersJsRound;
  const row = (what: string, of: (round: TransformersJsRound) => Timed, itself = false): Row => [
    what,
    spreadOf(rounds.map((round) => rate(of(round)))),
    itself
      ? ""
      : spreadOf(
          rounds.map((round) => rate(round.evaluate) / rate(of(round))),
          2,
        ),
  ];
  const table = markdownTable(
    ["what", "images/s", "whole `evaluate` ÷ it"],
    [
      row(
        `**whole \`evaluate\`**, process start to end, ${first.evaluate.images} images`,
        ({ evaluate }) => evaluate,
        true,
      ),
      row("bare `session.run` loop, batch 32, nothing decoded", ({ bare }) => bare),
      row(
        `transformers.js, processor and vision model, batch 32, ${first.vision.images} images, texts computed before`,
        ({ vision }) => vision,
      ),
      row(
        `transformers.js, plain \`zero-shot-image-classification\`, one call on ${first.pipeline.images} images`,
        ({ pipeline }) => pipeline,
      ),
    ],
  );
  const prompts =
    measured.promptsPerSecond === null
      ? []
      : [
          `- Prompts per second in transformers.js, batch 32, padded to the longest: ${measured.promptsPerSecond.toFixed(1)}.`,
        ];
  const notes = [
    `- ${measured.images} repeated by links, ${rounds.length} ${rounds.length === 1 ? "round" : "rounds"}.`,
    "- The plain pipeline computes the texts of all classes again in each call; ImageNet's 1000 names include two pairs of equal names, so it receives 998.",
    "- The graphs are equal, but the pixels differ: transformers.js resizes with sharp's affine, not like Pillow.",
    ...prompts,
  ];
  return [table, "", ...notes, "", settingLine(measured)].join("\n");
}
