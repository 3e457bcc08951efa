/**
 * Compares damaged images with Pillow: the verdict and, if both read the image, its pixels.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- fuzz-images [IMAGES] [SEED] [--files FOLDER]… [--save FOLDER]
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- fuzz-images --write
 *
 * Damages IMAGES (default 10,000) copies of the files of FOLDER (default: the image fixtures) and prints, by format, how often
 * both agree and how they differ; --save keeps the images on which they differ. The same seed produces the same images. --write
 * updates the verdicts that `npm test` replays.
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { COMMITTED, fuzzImage, readSources, writeCommitted } from "../test/data/image/fuzz/images.ts";
import { judge, type Outcome, ourVerdict } from "../test/data/image/fuzz/verdict.ts";
import { findPython, ROOT } from "./_child.ts";

const IN_FLIGHT = 16;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: "string", multiple: true },
    save: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const python = findPython();
if (python === null) throw new Error("set SHIFTLINE_ORACLE to a Python environment with Pillow");
const images = values.write ? COMMITTED.images : Number(positionals[0] ?? 10_000);
const seed = values.write ? COMMITTED.seed : Number(positionals[1] ?? 1);
const sources = readSources(values.write ? undefined : values.files);
if (values.save !== undefined) mkdirSync(values.save, { recursive: true });

const pillow = spawn(python, [join(ROOT, "test", "fixtures", "images", "pillow-verdicts.py")], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = createInterface(pillow.stdout)[Symbol.asyncIterator]();
const nextLine = async (): Promise<string> => {
  const { value, done } = await lines.next();
  if (done) throw new Error("Pillow's process ended");
  return value as string;
};
const version = await nextLine();
console.log(`${version}; ${images} images of ${sources.length} files, seed ${seed}`);

const table: Record<string, Record<Outcome, number>> = {};
const verdicts: string[] = [];

async function compare(i: number, bytes: Uint8Array, source: string, theirs: string): Promise<void> {
  verdicts[i] = theirs;
  const ours = await ourVerdict(bytes);
  const outcome = judge(ours, theirs);
  const row = source.split(".").at(-1)!.toLowerCase();
  table[row] ??= {
    "equal pixels": 0,
    "both refuse": 0,
    "only ours refuses": 0,
    "only Pillow refuses": 0,
    "pixels differ": 0,
  };
  table[row][outcome]++;
  if (outcome === "equal pixels" || outcome === "both refuse") return;
  console.log(`${i} ${source}: ${outcome}; ours ${ours.slice(0, 160)}; Pillow ${theirs.slice(0, 160)}`);
  if (values.save !== undefined)
    writeFileSync(join(values.save, `${outcome.replaceAll(" ", "-")}~${i}~${source.split("/").at(-1)}`), bytes);
}

const underWay: Promise<void>[] = [];
for (let i = 0; i < images; i++) {
  const { bytes, source } = fuzzImage(sources, seed, i);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  pillow.stdin.write(head);
  if (!pillow.stdin.write(bytes)) await new Promise((resume) => pillow.stdin.once("drain", resume));
  underWay.push(nextLine().then((theirs) => compare(i, bytes, source, theirs)));
  if (underWay.length > IN_FLIGHT) await underWay.shift();
  if ((i + 1) % 2000 === 0) process.stderr.write(`${i + 1} images\n`);
}
await Promise.all(underWay);
pillow.stdin.end();
console.table(table);
if (values.write) writeCommitted(version, verdicts);
