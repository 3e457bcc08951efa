/**
 * Reads Parquet files with all kinds of faults, and compares each result with pyarrow's.
 *
 *   npm run bench -- fuzz-parquet [COUNT] [SEED] [--alone] [--verdicts]
 *
 * SHIFTLINE_ORACLE is a Python environment with pyarrow; with --alone it is not used, and only defects, time and memory are
 * checked. --verdicts prints pyarrow's verdicts for the short run in `npm test`: test/fixtures/parquet/fuzz.expected.txt. Ends
 * with status 1 at a difference.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzzedParquets, parquetFault, readParquet } from "./_fuzz-parquet.ts";

const BATCH = 500;
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const [count, seed] = [Number(asked[0] ?? 1e5), Number(asked[1] ?? 1)];
const isAlone = process.argv.includes("--alone");
const python =
  process.env.SHIFTLINE_ORACLE === undefined ? "python3" : join(process.env.SHIFTLINE_ORACLE, "bin", "python");
const script = join("test", "fixtures", "parquet", "pyarrow-verdicts.py");
const total = { files: 0, read: 0, refused: 0, readByPyarrow: 0, readByBoth: 0, faults: 0, slowest: 0 };
const reasons = new Map<string, number>();

/** pyarrow's verdicts; a file that crashes its process counts as not read. */
function askPyarrow(files: readonly Buffer[]): string[] {
  const lines: string[] = [];
  while (lines.length < files.length) {
    const framed = files.slice(lines.length).flatMap((file) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(file.length);
      return [head, file];
    });
    const { stdout, status } = spawnSync(python, [script], { input: Buffer.concat(framed), encoding: "utf8" });
    lines.push(...stdout.split("\n").slice(0, -1));
    if (status !== 0) lines.push("-");
  }
  return lines;
}

async function runBatch(files: readonly Buffer[], first: number): Promise<void> {
  const lines = isAlone ? files.map(() => "-") : askPyarrow(files);
  if (process.argv.includes("--verdicts")) return void process.stdout.write(lines.map((line) => `${line}\n`).join(""));
  for (const [i, file] of files.entries()) {
    const begun = performance.now();
    const verdict = await readParquet(file);
    total.slowest = Math.max(total.slowest, performance.now() - begun);
    total.files++;
    if (lines[i] !== "-") total.readByPyarrow++;
    if ("digest" in verdict) {
      total.read++;
      if (lines[i] !== "-") total.readByBoth++;
    }
    if ("refused" in verdict) {
      total.refused++;
      const reason = verdict.refused.replace(/\d+/g, "N").slice(0, 90);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    const fault = parquetFault(verdict, lines[i] as string);
    if (fault === null) continue;
    total.faults++;
    process.exitCode = 1;
    if (total.faults > 20) continue;
    const kept = join(tmpdir(), "shiftline-fuzz-faults", `${seed}-${first + i}.parquet`);
    mkdirSync(join(kept, ".."), { recursive: true });
    writeFileSync(kept, file);
    console.log(`${kept}: ${fault}`);
  }
}

let batch: Buffer[] = [];
let first = 0;
for (const file of fuzzedParquets(seed, count)) {
  batch.push(file);
  if (batch.length < BATCH) continue;
  await runBatch(batch, first);
  first += batch.length;
  batch = [];
}
await runBatch(batch, first);
if (process.argv.includes("--verdicts")) process.exit();
for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 30)) console.log(`${times}  ${reason}`);
const memory = `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`;
console.log(`seed ${seed}: ${JSON.stringify({ ...total, slowest: `${total.slowest.toFixed(0)} ms`, memory })}`);
