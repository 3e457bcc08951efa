import { markdownTable, type Row, spreadOf } from "./_markdown.ts";
import type { OpenClipSetting } from "./_open-clip-run.ts";
import type { Agreement, PeerRound, PeersMeasured } from "./_peer-round.ts";
import { additiveLimit, coreSeconds, rate } from "./_rates.ts";
import { settingLine } from "./_setting-line.ts";

type Measure = (round: PeerRound) => number;

/**
 * The table of one model: each rate, and the ratio of the whole `evaluate` to it, both as medians with minimum and maximum over
 * the rounds.
 */
export function peersTable(measured: PeersMeasured): string {
  const { rounds, batch, gflop, openClipTuning } = measured;
  const { cores } = measured.machine;
  const first = rounds[0] as PeerRound;
  const whole: Measure = ({ evaluate }) => rate(evaluate);
  const limit: Measure = ({ bare, decode }) => additiveLimit(cores, bare, decode);
  const row = (what: string, value: Measure, over: Measure | null = whole): Row => [
    what,
    spreadOf(rounds.map(value)),
    over === null
      ? ""
      : spreadOf(
          rounds.map((round) => over(round) / value(round)),
          3,
        ),
  ];
  const rows: Row[] = [
    row(`**whole \`evaluate\`, float32**, process start to end, ${first.evaluate.images} images`, whole, null),
    row("its pipeline alone, from `run.json`", (round) => round.pipelineImagesPerSecond, null),
    row(`bare \`session.run\` loop, batch ${batch}, nothing decoded`, ({ bare }) => rate(bare)),
    row(`additive limit: ${cores} / (inference + decode core-seconds)`, limit),
    row("decoding alone: read, hash, decode, resample, normalize", ({ decode }) => rate(decode)),
  ];
  if (gflop !== null && first.gemm !== null) {
    rows.push(
      row(
        `float32 GEMM bound: the better 4096³ rate / ${gflop.toFixed(1)} GFLOP per image`,
        ({ gemm }) => Math.max(gemm?.float32 ?? 0, gemm?.onnxruntime ?? 0) / gflop,
      ),
    );
  }
  if (first.openClip !== null) {
    const n = first.openClip.float32.images;
    for (const precision of ["float32", "bf16"] as const) {
      const of = ({ openClip }: PeerRound) => openClip?.[precision] ?? { images: 0, seconds: 0, processSeconds: 0 };
      const name = precision === "float32" ? "float32" : "bf16 autocast";
      const setting = describeOpenClip(openClipTuning?.[precision].tried[0]);
      rows.push(row(`open_clip ${name}, its loop alone, ${n} images, ${setting}`, (round) => rate(of(round))));
      rows.push(row(`open_clip ${name}, whole process`, (round) => of(round).images / of(round).processSeconds));
    }
  }
  if (first.int8 !== null) rows.push(...int8Rows(measured, row));
  const table = markdownTable(["what", "images/s", "whole `evaluate` ÷ it"], rows);
  return [table, "", notes(measured), "", settingLine(measured)].join("\n");
}

function describeOpenClip(setting: OpenClipSetting | undefined): string {
  if (setting === undefined) return "";
  const { batch, workers, threads } = setting;
  return `batch ${batch}, ${workers} loading processes, ${threads} ${threads === 1 ? "thread" : "threads"}`;
}

/** The difference between the slowest and the fastest of the tested settings. */
function tuningNote({ openClipTuning }: PeersMeasured): string[] {
  if (openClipTuning === null) return [];
  const ranges = (["float32", "bf16"] as const).map((precision) => {
    const { images, tried } = openClipTuning[precision];
    const rates = tried.map(({ seconds }) => (images / seconds).toPrecision(3));
    return `${precision} ${rates.at(-1)} to ${rates[0]} images/s`;
  });
  const n = openClipTuning.float32.tried.length;
  return [
    `- open_clip runs with the fastest of ${n} settings tested before the rounds (batch 16 and 64; 0, 1, 2 and 4 loading processes; one thread, or one per core): ${ranges.join(", ")}.`,
  ];
}

function int8Rows(
  { machine, batch }: PeersMeasured,
  row: (what: string, value: Measure, over?: Measure | null) => Row,
): Row[] {
  const int8 = ({ int8 }: PeerRound) => int8 as NonNullable<PeerRound["int8"]>;
  const whole: Measure = (round) => rate(int8(round).evaluate);
  return [
    row("**whole `evaluate`, int8**, one image at a time", whole, null),
    row("bare loop, int8, batch 1", (round) => rate(int8(round).bareOne), whole),
    row(`bare loop, int8, batch ${batch}`, (round) => rate(int8(round).bareBatch), whole),
    row(
      "additive limit, int8, batch 1",
      (round) => additiveLimit(machine.cores, int8(round).bareOne, round.decode),
      whole,
    ),
    row("whole `evaluate`, float32", (round) => rate(round.evaluate), whole),
  ];
}

function notes(measured: PeersMeasured): string {
  const { rounds, promptsPerSecond, agreements, images } = measured;
  const cores = (pick: (round: PeerRound) => number) => spreadOf(rounds.map((round) => 1000 * pick(round)));
  const gemms = (kind: "float32" | "bf16" | "onnxruntime") => spreadOf(rounds.map(({ gemm }) => gemm?.[kind] ?? 0));
  const lines = [
    `- ${measured.title}, ${images} repeated by links, ${rounds.length} ${rounds.length === 1 ? "round" : "rounds"}. Core-milliseconds per image: inference ${cores(({ bare }) => coreSeconds(bare))}, decoding ${cores(({ decode }) => coreSeconds(decode))}.`,
  ];
  if (rounds[0]?.gemm) {
    lines.push(
      `- 4096³ matrix product, GFLOP/s: onnxruntime float32 ${gemms("onnxruntime")}, PyTorch float32 ${gemms("float32")}, bf16 ${gemms("bf16")}.`,
    );
  }
  const int8 = promptsPerSecond.int8 === null ? "" : `, int8 ${promptsPerSecond.int8.toFixed(1)}`;
  const openClip =
    promptsPerSecond.openClip === null ? "" : `, open_clip float32 ${promptsPerSecond.openClip.toFixed(1)} (77 tokens)`;
  lines.push(
    `- Prompts per second: ours ${promptsPerSecond.shiftline.toFixed(1)} (unpadded)${int8}${openClip}; stored in all rows above.`,
  );
  return [...lines, ...tuningNote(measured), ...agreements.map(agreementNote)].join("\n");
}

function agreementNote({ precision, images, equal, classes, widestMargin }: Agreement): string {
  const margin = `; for the others, open_clip's first two classes differ by at most ${widestMargin.toExponential(1)} in cosine`;
  const differing = equal === images || precision === "bf16" ? "" : margin;
  return `- Top-1 of ours in float32 equals open_clip's in ${precision} on ${equal} of ${images} images (${classes} distinct classes)${differing}.`;
}
