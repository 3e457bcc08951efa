import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { readBenchmark } from "../../data/benchmark/benchmark.ts";
import { endingOf } from "../../data/dataset/data-place.ts";
import { isListName } from "../../data/sources/list-rows.ts";
import { decimal, megabytes } from "../../foundation/number-text.ts";
import { GRAPH_FOLDERS } from "../../model/checkpoint/graph-names.ts";
import { findHubSnapshot } from "../../model/checkpoint/hub-cache.ts";
import { isWeightName } from "../../model/checkpoint/weight-names.ts";
import { formatTextTable, printable } from "../../output/tables/text-table.ts";
import {
  type CheckpointInspection,
  inspectCheckpoint,
  type TowerInspection,
} from "../inspection/inspect-checkpoint.ts";
import { inspectDefinition } from "../inspection/inspect-definition.ts";
import { printJson, printText } from "./print-result.ts";

export interface InspectCommandOptions {
  readonly variant?: string;
  readonly arch?: string;
  readonly deep?: boolean;
  readonly store?: string;
  readonly benchmark?: readonly string[];
  readonly zipPasswordFile?: string;
  readonly folderNames?: readonly (readonly [string, string])[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * Runs `shiftline inspect` on a checkpoint, a benchmark definition or a data folder, depending on what is found. The
 * exit status is 1 if it has an error.
 */
export async function runInspect(path: string, options: InspectCommandOptions): Promise<void> {
  if (path.endsWith(".json") && !isWeightName(basename(path))) return await runInspectDefinition(path, options);
  if (await isData(path)) {
    const { runInspectData } = await import("./inspect-data-command.ts");
    await runInspectData(path, options);
    return;
  }
  const { variant, arch } = options;
  const inspection = await inspectCheckpoint(path, {
    ...(variant === undefined ? {} : { variant }),
    ...(arch === undefined ? {} : { arch }),
  });
  if (options.json) printJson(inspection);
  else printText(formatCheckpointInspection(inspection));
  if (inspection.checks.some((check) => check.status === "failed")) process.exitCode = 1;
}

/**
 * Whether a path is data: a container of images, a pattern, a list of images, or a folder without a graph, weights or a
 * checkpoint's configuration.
 */
async function isData(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => null);
  if (info === null) return /[*?]/.test(basename(path));
  if (!info.isDirectory()) {
    const isContainer = endingOf(path) !== null && !isWeightName(path.replace(/\.tar$/i, "")); // x.pth.tar
    return isContainer || isListName(path);
  }
  if ((await findHubSnapshot(path).catch(() => true)) !== null) return false;
  const files = await readdir(path).catch(() => [] as string[]);
  if (files.some(isWeightName)) return false;
  for (const folder of [".", ...GRAPH_FOLDERS]) {
    const names = await readdir(join(path, folder)).catch(() => [] as string[]);
    const checkpointFile =
      /\.onnx$|^(?:shiftline|open_clip_config|preprocessor_config|preprocess_cfg|tokenizer|config)\.json$/;
    if (names.some((name) => checkpointFile.test(name))) return false;
  }
  return true;
}

/** Describes a benchmark definition: its protocols, their classes and images, and its problems. */
async function runInspectDefinition(path: string, options: InspectCommandOptions): Promise<void> {
  const benchmark = await readBenchmark(path);
  const { protocols, problems } = await inspectDefinition(benchmark);
  if (problems.some(({ severity }) => severity === "error")) process.exitCode = 1;
  if (options.json) {
    const { id, version, title, sha256, layouts, folders } = benchmark;
    const found = { id, version, title, sha256, layouts, folders, protocols, problems };
    printJson(found);
    return;
  }
  const titles = ["id", "images", "classes", "folders", "class_names", "pre_crop"] as const;
  const table = formatTextTable(
    titles.map((title) => ({ title, align: "left" })),
    protocols.map((protocol) => titles.map((title) => printable(String(protocol[title] ?? "unknown")))),
  );
  const marks = { error: "FAILED   ", warning: "WARNING  ", note: "note: " } as const;
  const lines = problems.map(({ severity, text }) => `${marks[severity]}${printable(text)}`);
  const below = lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
  process.stdout.write(`${printable(benchmark.id)}: ${printable(benchmark.title)}\n\n${table}\n${below}`);
}

/** Formats an inspection: facts, then checks, then warnings and notes. */
export function formatCheckpointInspection(inspection: CheckpointInspection): string {
  const { preprocessing, tokenizer } = inspection;
  const { size } = preprocessing;
  const facts: [string, string][] = [
    ["checkpoint", inspection.id],
    ["layout", inspection.layout],
    ...describeWeights(inspection),
    ["fingerprint", inspection.fingerprint],
    ["image tower", describeTower(inspection.image)],
    ["text tower", inspection.text === null ? "none" : describeTower(inspection.text)],
    [
      "preprocessing",
      `${size.height}×${size.width}, ${describeResize(preprocessing)}, ${preprocessing.interpolation}, mean ${preprocessing.mean.join(" ")}, std ${preprocessing.std.join(" ")} (${inspection.preprocessingSource})`,
    ],
    ["tokenizer", tokenizer === null ? "none" : describeTokenizer(inspection)],
    ["context length", describeContext(inspection)],
    ["padding", describePadding(inspection)],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`);
  const files = formatTextTable(
    [
      { title: "file", align: "left" },
      { title: "role", align: "left" },
      { title: "MB", align: "right" },
      { title: "sha256", align: "left" },
    ],
    inspection.files.map((file) => [
      printable(file.path),
      file.role,
      megabytes(file.bytes, 2),
      file.sha256.slice(0, 16),
    ]),
  );
  const marks = { ok: "ok     ", warning: "WARNING", failed: "FAILED " } as const;
  const checks = inspection.checks.map((check) => `${marks[check.status]}  ${check.name}: ${printable(check.detail)}`);
  const notes = [
    ...inspection.warnings.map((warning) => `warning: ${printable(warning)}`),
    ...inspection.notes.map((note) => `note: ${printable(note)}`),
  ];
  return [...lines, "", files, "", ...checks, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

function describeResize({ resizeMode, resize }: CheckpointInspection["preprocessing"]): string {
  return resize === undefined ? resizeMode : `${resizeMode} to ${resize}, then cropped`;
}

/** Returns the rows about weights; none for an exported graph. */
function describeWeights({ weights, image, text, files }: CheckpointInspection): [string, string][] {
  if (weights === null) return [];
  const { architecture, source, format } = weights;
  const towers = [image, ...(text === null ? [] : [text])];
  const types = towers.map(describeTypes);
  const used = towers.reduce((sum, { parameterBytes }) => sum + parameterBytes, 0);
  const totalBytes = files.reduce((sum, { role, bytes }) => sum + (role === "weights" ? bytes : 0), 0);
  const works = [
    `${Number((image.gflops ?? 0).toPrecision(3))} GFLOP per image`,
    ...(text === null
      ? []
      : [`${Number((text.gflops ?? 0).toPrecision(3))} GFLOP per text of ${weights.text.contextLength} tokens`]),
  ];
  return [
    ["architecture", `${architecture} (${source})`],
    ["weights", [`${format}, ${megabytes(used, 2)} MB used of ${megabytes(totalBytes, 2)}`, ...types].join("; ")],
    ["work", works.join(", ")],
  ];
}

function describeTypes({ output, storedTypes }: TowerInspection): string {
  const types = storedTypes.map(({ type, parameters }) => `${decimal(parameters / 1e6, 2)} M ${type}`);
  return `${output}: ${types.join(", ")}`;
}

function describeTower(tower: TowerInspection): string {
  const opset = tower.opsets[""] ?? tower.opsets["ai.onnx"];
  const batch = tower.batchSize === null ? "dynamic batch" : `static batch of ${tower.batchSize}`;
  return [
    `${tower.file}: ${tower.input} → ${tower.output} (n, ${tower.dimension})`,
    `${decimal(tower.parameters / 1e6, 2)} M weights, ${tower.precision}`,
    batch,
    `opset ${opset ?? "unknown"}`,
    tower.producer,
  ].join(", ");
}

function describeTokenizer({ tokenizer, textIdentity }: CheckpointInspection): string {
  return `${tokenizer?.description} (${textIdentity?.cleaningSource})`;
}

function describePadding({ textIdentity, paddingTakesPart }: CheckpointInspection): string {
  if (textIdentity === null) return "none";
  const effect =
    paddingTakesPart === null
      ? "it is unknown whether it affects the embeddings"
      : paddingTakesPart
        ? "affects the embeddings"
        : "does not affect the embeddings";
  return `id ${textIdentity.padId} (${textIdentity.padSource}), ${effect}`;
}

function describeContext(inspection: CheckpointInspection): string {
  if (inspection.contextLength === null) return "none";
  const promptLength = inspection.ownLength ? "prompts at variable length (verified)" : "prompts padded to this length";
  return `${inspection.contextLength} (${inspection.contextSource ?? "unknown"}), ${promptLength}`;
}
