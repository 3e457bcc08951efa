import {
  type CheckpointInspection,
  inspectCheckpoint,
  type TowerInspection,
} from "../checkpoint/inspect-checkpoint.ts";
import { formatTextTable, printable } from "../report/text-table.ts";

/** Runs `shiftline inspect`: what a checkpoint is and whether its export is sound. Exit status 1 if a check failed. */
export async function runInspect(
  path: string,
  options: { readonly variant?: string; readonly json?: boolean },
): Promise<void> {
  const inspection = await inspectCheckpoint(path, options.variant === undefined ? {} : { variant: options.variant });
  process.stdout.write(
    options.json ? `${JSON.stringify(inspection, null, 2)}\n` : `${formatCheckpointInspection(inspection)}\n`,
  );
  if (inspection.checks.some((check) => check.status === "failed")) process.exitCode = 1;
}

/** An inspection as people read it: what was found, then the checks, then what they should know. */
export function formatCheckpointInspection(inspection: CheckpointInspection): string {
  const { preprocessing, tokenizer } = inspection;
  const { size } = preprocessing;
  const facts: [string, string][] = [
    ["checkpoint", inspection.id],
    ["layout", inspection.layout],
    ["fingerprint", inspection.fingerprint],
    ["image tower", describeTower(inspection.image)],
    ["text tower", inspection.text === null ? "none" : describeTower(inspection.text)],
    [
      "preprocessing",
      `${size.height}×${size.width}, ${preprocessing.resizeMode}, ${preprocessing.interpolation}, mean ${preprocessing.mean.join(" ")}, std ${preprocessing.std.join(" ")} (${inspection.preprocessingSource})`,
    ],
    ["tokenizer", tokenizer === null ? "none" : tokenizer.description],
    ["context length", describeContext(inspection)],
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
      (file.bytes / 1e6).toFixed(2),
      file.sha256.slice(0, 16),
    ]),
  );
  const marks = { ok: "ok     ", warning: "WARNING", failed: "FAILED " } as const;
  const checks = inspection.checks.map((check) => `${marks[check.status]}  ${check.name}: ${printable(check.detail)}`);
  const notes = inspection.notes.map((note) => `note: ${printable(note)}`);
  return [...lines, "", files, "", ...checks, ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

function describeTower(tower: TowerInspection): string {
  const opset = tower.opsets[""] ?? tower.opsets["ai.onnx"];
  const batch = tower.batchSize === null ? "dynamic batch" : `static batch of ${tower.batchSize}`;
  return [
    `${tower.file}: ${tower.input} → ${tower.output} (n, ${tower.dimension})`,
    `${(tower.parameters / 1e6).toFixed(2)} M weights, ${tower.precision}`,
    batch,
    `opset ${opset ?? "unknown"}`,
    tower.producer,
  ].join(", ");
}

function describeContext(inspection: CheckpointInspection): string {
  if (inspection.contextLength === null) return "none";
  const own = inspection.ownLength ? "prompts at their own length (proved)" : "prompts padded to it";
  return `${inspection.contextLength} (${inspection.contextSource ?? "unknown"}), ${own}`;
}
