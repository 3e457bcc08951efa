import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./_child.ts";
import { markdownTable } from "./_markdown.ts";
import type { PeerRound, PeersMeasured } from "./_peer-round.ts";
import { type Plan, type PlanRates, type PlanSize, planSweep } from "./_plan.ts";
import { coreSeconds, median } from "./_rates.ts";

/** One draw of V2; the other two are rarely reported. */
const SETS = ["imagenet", "imagenet-v2", "imagenet-r", "imagenet-sketch", "imagenet-a", "objectnet"];
const PART_SIZE = 512;
const CLASSES = 1000;

export interface PlanOptions {
  readonly checkpoints: number;
  readonly nodes: number;
}

/** Formats the plan's tables from the measurements of `peers`. */
export function planText(measured: readonly PeersMeasured[], options: PlanOptions): string {
  const first = measured[0] as PeersMeasured;
  const size = sizeOf(first, options);
  const plans = measured.flatMap(ratesOf).map((rates) => ({ rates, plan: planSweep(rates, size) }));
  const { plan } = plans[0] as { plan: Plan };
  const hours = (value: number) => value.toFixed(value < 10 ? 2 : 1);
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  const perNode = Math.ceil(options.checkpoints / options.nodes);
  const time = markdownTable(
    [
      ...["checkpoints", "images/s", "hours per checkpoint: images + prompts", "seconds per unit", "node-hours"],
      ...["wall, by checkpoint", "wall, by unit", "wall, decoding shared", "inference / decoding / text"],
    ],
    plans.map(({ rates, plan }) => [
      ...[rates.title, rates.images.toFixed(1), `${hours(plan.imageHours)} + ${hours(plan.textHours)}`],
      ...[plan.unitSeconds.toFixed(0), plan.nodeHours.toFixed(0)],
      ...[`${hours(plan.hoursByCheckpoint)} h`, `${hours(plan.hoursByUnit)} h`, `${hours(plan.hoursSharedDecode)} h`],
      [plan.shares.inference, plan.shares.decode, plan.shares.text].map(percent).join(" / "),
    ]),
  );
  const bytes = markdownTable(
    ["bytes", "one checkpoint", `${options.checkpoints.toLocaleString("en")} checkpoints`],
    [
      ...plans
        .filter(({ rates }, i) => plans.findIndex((candidate) => candidate.rates.dimension === rates.dimension) === i)
        .flatMap(({ rates, plan }) => [
          sizes(`image embeddings, ${rates.dimension} float32`, plan.embeddingBytes, options),
          sizes(`prompt embeddings, ${rates.dimension} float32`, plan.promptBytes, options),
        ]),
      sizes("predictions.csv, one protocol per set", plan.predictionBytes, options),
      [
        "image files, one pass",
        gigabytes(plan.passBytes),
        `read ${perNode} times per node, or once with shared decoding`,
      ],
      ["the same decoded to 224 × 224 × 3 bytes", gigabytes(plan.images * 224 * 224 * 3), "once for all, if kept"],
    ],
  );
  const reading = plans.map(({ rates, plan }) => `${rates.title} ${(plan.readRate / 1e6).toFixed(0)}`).join(", ");
  return [
    `${options.checkpoints.toLocaleString("en")} checkpoints × ${plan.images.toLocaleString("en")} images (${SETS.join(", ")}) on ${options.nodes} nodes like the one measured (${first.machine.cores} cores): ` +
      `${plan.parts} parts of ${PART_SIZE} images, **${plan.units.toLocaleString("en")} units** of checkpoint × part; ${size.prompts.toLocaleString("en")} prompts per checkpoint.`,
    "",
    time,
    "",
    bytes,
    "",
    `All nodes together read, in MB/s, while they embed: ${reading}.`,
    "",
    `\`npm run bench -- plan --checkpoints ${options.checkpoints} --nodes ${options.nodes}\`, from bench/measured/peers-*.json.`,
  ].join("\n");
}

function sizes(what: string, total: number, { checkpoints }: PlanOptions): string[] {
  return [what, gigabytes(total / checkpoints), gigabytes(total)];
}

function gigabytes(bytes: number): string {
  if (bytes >= 1e12) return `${(bytes / 1e12).toFixed(2)} TB`;
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(0)} MB`;
}

function sizeOf({ rounds, predictionBytes }: PeersMeasured, { checkpoints, nodes }: PlanOptions): PlanSize {
  const file = (set: string) => JSON.parse(readFileSync(join(ROOT, "benchmarks", `${set}.json`), "utf8"));
  const templates = readFileSync(join(ROOT, "prompts", "templates", "openai-80.txt"), "utf8")
    .trim()
    .split("\n").length;
  return {
    checkpoints,
    nodes,
    sets: SETS.map((set) => file(set).images as number),
    partSize: PART_SIZE,
    prompts: CLASSES * templates,
    imageBytes: median(rounds.map(({ decode }) => decode.bytes)),
    predictionBytes,
  };
}

/** The rates of a measured model, and of its int8 variant if it was timed. */
function ratesOf({ title, rounds, promptsPerSecond, dimension }: PeersMeasured): PlanRates[] {
  const of = (pick: (round: PeerRound) => number) => median(rounds.map(pick));
  const common = {
    decode: of(({ decode }) => coreSeconds(decode)),
    prompts: promptsPerSecond.shiftline,
    dimension,
  };
  const float32: PlanRates = {
    ...common,
    title: `${title}, float32`,
    images: of((round) => round.pipelineImagesPerSecond),
    inference: of(({ bare }) => coreSeconds(bare)),
  };
  if (rounds.some(({ int8 }) => int8 === null)) return [float32];
  const int8 = (round: PeerRound) => round.int8 as NonNullable<PeerRound["int8"]>;
  return [
    float32,
    {
      ...common,
      title: `${title}, int8`,
      images: of((round) => int8(round).pipelineImagesPerSecond),
      prompts: promptsPerSecond.int8 ?? promptsPerSecond.shiftline,
      inference: of((round) => coreSeconds(int8(round).bareOne)),
    },
  ];
}
