import { fillMarker, markdownTable, type Row, spreadOf } from "./_markdown.ts";
import { readMeasured } from "./_measured.ts";
import type { PeerRound, PeersMeasured } from "./_peer-round.ts";
import { rate } from "./_rates.ts";
import type { SweepMeasured } from "./_sweep-table.ts";
import type { TransformersJsMeasured } from "./_transformers-js-table.ts";

const NAMES = { "vit-b-32": "ViT-B/32", "vit-l-14": "ViT-L/14", "photos-clip": "a ResNet of 4.6 million parameters" };

/** Puts the short table of docs/reference/performance.md, from bench/measured, between its markers. @throws if it lacks them */
export function fillPerformance(document: string): string {
  const rows: Row[] = [];
  for (const [model, name] of Object.entries(NAMES)) {
    const measured = readMeasured<PeersMeasured>(`peers-${model}`);
    if (measured === null) continue;
    const over = (of: (round: PeerRound) => number) =>
      spreadOf(
        measured.rounds.map((r) => rate(r.evaluate) / of(r)),
        2,
      );
    rows.push([
      `${name}, float32, ${measured.rounds[0]?.evaluate.images} photos`,
      spreadOf(measured.rounds.map(({ evaluate }) => rate(evaluate))),
      over(({ openClip }) => rate(openClip!.float32)),
      over(({ openClip }) => rate(openClip!.bf16)),
    ]);
    if (measured.rounds.every(({ int8 }) => int8 !== null)) {
      const int8 = (round: PeerRound) => rate(round.int8!.evaluate);
      rows.push([
        `${name}, dynamic int8, one image at a time`,
        spreadOf(measured.rounds.map(int8)),
        spreadOf(
          measured.rounds.map((round) => int8(round) / rate(round.openClip!.float32)),
          2,
        ),
        spreadOf(
          measured.rounds.map((round) => int8(round) / rate(round.openClip!.bf16)),
          2,
        ),
      ]);
    }
  }
  const head = [
    "whole `evaluate`, process start to end",
    "images/s",
    "÷ open_clip float32 loop",
    "÷ open_clip bf16 loop",
  ];
  let text = fillMarker(document, "performance peers", markdownTable(head, rows));
  const sweep = readMeasured<SweepMeasured>("sweep");
  const transformersJs = readMeasured<TransformersJsMeasured>("transformers-js");
  if (sweep === null || transformersJs === null) return text;
  const { few, many, images, rounds } = sweep;
  const timesOf = (of: "vision" | "pipeline") =>
    spreadOf(
      transformersJs.rounds.map((round) => rate(round.evaluate) / rate(round[of])),
      2,
    );
  const lines: Row[] = [
    [`one command for ${few} small checkpoints, ${images} photos`, `${spreadOf(rounds.map(({ one }) => one))} s`],
    [`${few} commands for the same`, `${spreadOf(rounds.map(({ each }) => each))} s`],
    [`one command for ${many} of them`, `${spreadOf(rounds.map((round) => round.many))} s`],
    ["ViT-B/32 against transformers.js, its processor and vision model", `${timesOf("vision")} × as fast`],
    ["ViT-B/32 against transformers.js, its plain pipeline", `${timesOf("pipeline")} × as fast`],
  ];
  text = fillMarker(text, "performance sweep", markdownTable(["what", "measured"], lines));
  return text;
}
