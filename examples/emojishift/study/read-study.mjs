// Reads the committed files of the full study: the plan, the checkpoints' table, and the top-1 class of every picture.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { decodeTop1 } from "./top1-file.mjs";

export const STUDY = import.meta.dirname;

export function readTable(path) {
  return parse(readFileSync(path, "utf8"), { columns: true });
}

export function readPlan() {
  return JSON.parse(readFileSync(join(STUDY, "plan.json"), "utf8"));
}

/** The runs of the plan, in order: name, source, the sources' shares, samples, steps, seed, cell. */
export function readRuns() {
  return readTable(join(STUDY, "checkpoints.csv")).map((row) => ({
    ...row,
    shares: { noto: Number(row.noto), twemoji: Number(row.twemoji), emojione: Number(row.emojione) },
    samples: Number(row.samples),
    steps: Number(row.steps),
    seed: Number(row.seed),
  }));
}

/**
 * The things that a benchmark shows, as class indices: all, or those with a second drawing. Picture k is rendering floor(k / things) of thing
 * k mod things, drawn from one drawing of each thing.
 *
 * @returns {number[]}
 */
export function thingsOf(benchmark) {
  const rows = readTable(join(STUDY, "classes.csv"));
  const shown = benchmark.endsWith("-second") ? rows.filter(({ second }) => second !== "") : rows;
  return shown.map(({ index }) => Number(index));
}

/**
 * The top-1 class of every checkpoint and picture.
 *
 * @param folder folder of top1.json; default: the study's
 * @returns checkpoints: names, in the order of rows; benchmarks: id → { top1 (checkpoints, pictures) row-major, pictures, things }
 * @throws if a file differs from the checksum in top1.json
 */
export function readTop1(folder = STUDY) {
  const about = JSON.parse(readFileSync(join(folder, "top1.json"), "utf8"));
  const benchmarks = new Map();
  for (const [id, { file, pictures, sha256 }] of Object.entries(about.benchmarks)) {
    const path = join(folder, file);
    const bytes = readFileSync(path);
    if (createHash("sha256").update(bytes).digest("hex") !== sha256)
      throw new Error(`${path}: checksum mismatch; expected SHA-256 ${sha256}`);
    const things = thingsOf(id);
    if (pictures % things.length !== 0)
      throw new Error(`${path}: ${pictures} pictures of ${things.length} things are not whole renderings`);
    const top1 = decodeTop1(bytes, about.checkpoints.length, pictures, path);
    const beyond = top1.find((value) => value >= about.classes);
    if (beyond !== undefined) throw new Error(`${path}: class ${beyond} of ${about.classes}`);
    benchmarks.set(id, { top1, pictures, things });
  }
  return { checkpoints: about.checkpoints, benchmarks };
}
