import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { decodeFields, encodeFields, type Field } from "./_onnx-fields.ts";
import { type Random, seededRandom } from "./_random.ts";

const root = join(import.meta.dirname, "..");
const FIXTURES = join(root, "test", "fixtures", "checkpoints");
const BASES = [
  "vit-open-clip",
  "hf-combined",
  "hf-split",
  "external-data",
  "shiftline-json",
  "siglip-open-clip",
  "static-batch-one",
];

/** The results of changed checkpoints. */
export interface ChangedCheckpoints {
  readonly checkpoints: number;
  readonly refused: number;
  readonly embedded: number;
  /** of these, compared with onnxruntime's run of the file */
  readonly compared: number;
  /** of these, flagged by a check of the export or a warning */
  readonly flagged: number;
  readonly faults: readonly string[];
}

type Outcome =
  | { readonly refused: string }
  | { readonly defect: string }
  | {
      readonly digest: string;
      readonly fingerprint: string;
      readonly flagged: readonly string[];
      readonly faults: readonly string[];
      readonly compared: boolean;
    };

/**
 * Changes the files of the fixture checkpoints, byte by byte and field by field, opens each and embeds with it in another
 * process: it must be refused with a message, fail a check of the export, or return the same embeddings as onnxruntime for the
 * file. Changes without meaning (another order of keys, a comment of the graph) must not change the embeddings.
 *
 * @param deadline time limit per checkpoint in milliseconds
 */
export async function fuzzCheckpoints(
  count: number,
  seed: number,
  { deadline = 60_000, log = () => {} }: { readonly deadline?: number; readonly log?: (text: string) => void } = {},
): Promise<ChangedCheckpoints> {
  const scratch = mkdtempSync(join(tmpdir(), "shiftline-checkpoints-"));
  const child = startChild();
  const expected = new Map<string, Outcome>();
  const total = { checkpoints: 0, refused: 0, embedded: 0, compared: 0, flagged: 0 };
  const faults: string[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const random = seededRandom(seed * 1_000_003 + i);
      const base = random.pick(BASES);
      if (!expected.has(base)) {
        const outcome = await child.ask(join(FIXTURES, base), deadline);
        if (!("digest" in outcome)) throw new Error(`${base}: ${JSON.stringify(outcome)}`);
        expected.set(base, outcome);
      }
      const folder = join(scratch, "changed");
      rmSync(folder, { recursive: true, force: true });
      cpSync(join(FIXTURES, base), folder, { recursive: true });
      const harmless = random.chance(0.15);
      const done = harmless ? changeNothing(folder, random) : changeCheckpoint(folder, random);
      const outcome = await child.ask(folder, deadline);
      const where = `seed ${seed}, checkpoint ${i}: ${base}: ${done}`;
      total.checkpoints++;
      if ("refused" in outcome) {
        total.refused++;
        log(outcome.refused.replaceAll(folder, ""));
        if (harmless) faults.push(`${where}: refused although nothing was changed: ${outcome.refused}`);
      } else if ("defect" in outcome) faults.push(`${where}: ${outcome.defect}`);
      else {
        total.embedded++;
        total.compared += Number(outcome.compared);
        total.flagged += Number(outcome.flagged.length > 0);
        for (const fault of outcome.faults)
          faults.push(`${where}: ${fault}${outcome.flagged.length > 0 ? " (flagged)" : ""}`);
        const unchangedOutcome = expected.get(base) as Outcome;
        if (harmless && "digest" in unchangedOutcome && unchangedOutcome.digest !== outcome.digest)
          faults.push(`${where}: different embeddings`);
        if (
          "digest" in unchangedOutcome &&
          unchangedOutcome.fingerprint === outcome.fingerprint &&
          unchangedOutcome.digest !== outcome.digest
        ) {
          faults.push(`${where}: different embeddings with the same fingerprint`);
        }
      }
    }
    return { ...total, faults };
  } finally {
    child.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A process that is restarted after a crash or when it exceeds its deadline. */
function startChild() {
  let child: ChildProcess | null = null;
  return {
    async ask(path: string, deadline: number): Promise<Outcome> {
      child ??= fork(join(root, "bench", "_fuzz-checkpoints-child.mjs"), {
        stdio: ["ignore", "ignore", "ignore", "ipc"],
        execArgv: [],
      });
      const worker = child;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<Outcome>((resolve) => {
        timer = setTimeout(() => resolve({ defect: `no end within ${deadline} ms` }), deadline);
      });
      const stop = new AbortController();
      const { signal } = stop;
      const answer = once(worker, "message", { signal }).then(([outcome]) => outcome as Outcome);
      const crash = once(worker, "exit", { signal }).then(
        ([code, killed]): Outcome => ({ defect: `crash: ${killed ?? code}` }),
      );
      worker.send(path);
      const outcome = await Promise.race([answer, crash, late]);
      clearTimeout(timer);
      answer.catch(() => {});
      crash.catch(() => {});
      stop.abort();
      if ("defect" in outcome) {
        worker.kill("SIGKILL");
        child = null;
      }
      return outcome;
    },
    stop: () => child?.kill("SIGKILL"),
  };
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/_(?:fp16|quantized)\.onnx$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Makes one to three changes to one file. @returns descriptions of the changes */
function changeCheckpoint(folder: string, random: Random): string {
  const path = random.pick(listFiles(folder));
  const done = Array.from({ length: 1 + random.below(2) }, () => changeFile(path, folder, random));
  return `${relative(folder, path)}: ${done.join(", ")}`;
}

function changeFile(path: string, folder: string, random: Random): string {
  const kind = random.below(10);
  if (kind === 0) {
    truncateSync(path, random.below(statSync(path).size + 1));
    return "cut";
  }
  if (kind === 1) {
    writeFileSync(path, readFileSync(random.pick(listFiles(folder))));
    return "replace by another";
  }
  const bytes = readFileSync(path);
  if (kind < 4 || bytes.length === 0) {
    for (let flips = 1 + random.below(3); flips > 0 && bytes.length > 0; flips--) {
      // The beginning of a graph contains its structure
      const at = random.below(random.chance(0.5) ? Math.min(bytes.length, 4000) : bytes.length);
      bytes[at] = random.chance(0.5) ? (bytes[at] as number) ^ (1 << random.below(8)) : random.below(256);
    }
    writeFileSync(path, bytes);
    return "bytes";
  }
  if (path.endsWith(".json")) return changeJson(path, bytes, random);
  const fields = path.endsWith(".onnx") ? decodeFields(bytes) : null;
  if (fields === null) return "nothing";
  const done = changeField(fields, random);
  writeFileSync(path, encodeFields(fields));
  return done;
}

const NUMBERS = [0n, 1n, 2n, 7n, 11n, 255n, 1n << 31n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 1n];

/** Changes a field at any depth, more often one outside weights. */
function changeField(fields: Field[], random: Random): string {
  const all: { list: Field[]; index: number; path: string }[] = [];
  const collect = (list: Field[], path: string) => {
    for (const [index, field] of list.entries()) {
      const fieldPath = `${path}/${field.number}`;
      all.push({ list, index, path: fieldPath });
      if (Array.isArray(field.value)) collect(field.value, fieldPath);
    }
  };
  collect(fields, "");
  const { list, index, path } = random.pick(all);
  const field = list[index] as Field;
  const kind = random.below(5);
  if (kind === 0) {
    list.splice(index, 1);
    return `field ${path} removed`;
  }
  if (kind === 1) {
    list.splice(random.below(list.length + 1), 0, field);
    return `field ${path} twice`;
  }
  if (kind === 2) {
    const otherField = random.pick(all);
    list[index] = otherField.list[otherField.index] as Field;
    if (hasLoop(list[index] as Field, list)) list[index] = field;
    return `field ${path} as ${otherField.path}`;
  }
  if (typeof field.value === "bigint") field.value = random.pick(NUMBERS);
  else if (Array.isArray(field.value)) field.value = random.chance(0.5) ? [] : field.value.slice().reverse();
  else if (field.wire === 2) {
    const names = all.flatMap((entry) => {
      const { value } = entry.list[entry.index] as Field;
      return Buffer.isBuffer(value) && value.length < 64 ? [value] : [];
    });
    field.value = random.pick([
      Buffer.alloc(0),
      random.pick(names),
      Buffer.from("Identity"),
      Buffer.from("../x"),
      Buffer.alloc(2000, 65),
    ]);
  } else field.value = Buffer.from(field.value.map(() => random.pick([0, 1, 127, 128, 255])));
  return `field ${path} changed`;
}

function hasLoop(field: Field, list: readonly Field[]): boolean {
  return Array.isArray(field.value) && (field.value === list || field.value.some((inner) => hasLoop(inner, list)));
}

const VALUES = [0, -1, 1, 1.5, 1e9, 1e308, "", "x", "\0", null, true, false, [], {}, "../../x", "NaN"];

function changeJson(path: string, bytes: Buffer, random: Random): string {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return "nothing";
  }
  let place = value as Record<string, unknown>;
  const names: string[] = [];
  for (;;) {
    if (typeof place !== "object" || place === null || Object.keys(place).length === 0) return "nothing";
    const key = random.pick(Object.keys(place).slice(0, 40));
    names.push(key);
    const inner = place[key];
    if (typeof inner === "object" && inner !== null && Object.keys(inner).length > 0 && random.chance(0.8)) {
      place = inner as Record<string, unknown>;
      continue;
    }
    if (random.chance(0.25)) delete place[key];
    else place[key] = random.pick(VALUES);
    break;
  }
  writeFileSync(path, JSON.stringify(value));
  return `key ${names.join(".").slice(0, 80)}`;
}

/** Makes changes without meaning: order of keys, white space, a comment in the graph. @returns descriptions of the changes */
function changeNothing(folder: string, random: Random): string {
  const path = random.pick(listFiles(folder).filter((file) => /\.(?:json|onnx)$/.test(file)));
  const bytes = readFileSync(path);
  if (path.endsWith(".json")) {
    const value = JSON.parse(bytes.toString("utf8"));
    const isOrdered = path.endsWith("tokenizer.json");
    const reordered = isOrdered ? value : Object.fromEntries(Object.entries(value).reverse());
    writeFileSync(path, JSON.stringify(reordered, null, random.below(5)));
    return `${relative(folder, path)}: written in another way`;
  }
  // ModelProto: 6 is doc_string, 2 producer_name, 5 model_version
  const comment = random.pick([
    { number: 6, wire: 2, value: Buffer.from("a comment") },
    { number: 2, wire: 2, value: Buffer.from("another exporter") },
    { number: 5, wire: 0, value: 7n },
  ] as const);
  writeFileSync(path, Buffer.concat([bytes, encodeFields([comment])]));
  return `${relative(folder, path)}: field /${comment.number} added`;
}
