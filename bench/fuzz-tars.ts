/**
 * Reads tars with all kinds of faults, and compares each result with that of Python's tarfile.
 *
 *   npm run bench -- fuzz-tars [COUNT] [SEED] [--verdicts]
 *
 * SHIFTLINE_ORACLE is any Python environment. --verdicts prints tarfile's verdicts for the short run in `npm test`:
 * test/fixtures/tars/fuzz.expected.txt. Ends with status 1 at a difference.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzzedTars, readTar, tarFault } from "./_fuzz-tars.ts";

const BATCH = 1000;
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const [count, seed] = [Number(asked[0] ?? 1e5), Number(asked[1] ?? 1)];
const python =
  process.env.SHIFTLINE_ORACLE === undefined ? "python3" : join(process.env.SHIFTLINE_ORACLE, "bin", "python");
const script = join("test", "fixtures", "tars", "tarfile-verdicts.py");
const scratch = mkdtempSync(join(tmpdir(), "shiftline-fuzz-"));
const total = { tars: 0, sound: 0, read: 0, refused: 0, faults: 0, slowest: 0 };
const reasons = new Map<string, number>();

async function runBatch(tars: readonly Buffer[], first: number): Promise<void> {
  const framed = tars.flatMap((tar) => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(tar.length);
    return [head, tar];
  });
  const { stdout, status, stderr } = spawnSync(python, [script], { input: Buffer.concat(framed), encoding: "utf8" });
  if (status !== 0) throw new Error(`${python} ${script} ended with status ${status}: ${stderr}`);
  if (process.argv.includes("--verdicts")) return void process.stdout.write(stdout);
  const lines = stdout.trimEnd().split("\n");
  for (const [i, tar] of tars.entries()) {
    const begun = performance.now();
    const verdict = await readTar(tar, join(scratch, "fuzzed.tar"));
    total.slowest = Math.max(total.slowest, performance.now() - begun);
    total.tars++;
    if (lines[i]?.startsWith("+")) total.sound++;
    if ("digest" in verdict) total.read++;
    if ("refused" in verdict) {
      total.refused++;
      const reason = verdict.refused
        .replace(/"(?:[^"\\]|\\.)*"/g, "…")
        .replace(/\d+/g, "N")
        .slice(0, 70);
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    const fault = tarFault(verdict, lines[i] ?? "");
    if (fault === null) continue;
    total.faults++;
    process.exitCode = 1;
    if (total.faults > 20) continue;
    const kept = join(tmpdir(), "shiftline-fuzz-faults", `${seed}-${first + i}.tar`);
    mkdirSync(join(kept, ".."), { recursive: true });
    writeFileSync(kept, tar);
    console.log(`${kept}: ${fault}`);
  }
}

let batch: Buffer[] = [];
let first = 0;
for (const tar of fuzzedTars(seed, count)) {
  batch.push(tar);
  if (batch.length < BATCH) continue;
  await runBatch(batch, first);
  first += batch.length;
  batch = [];
}
await runBatch(batch, first);
rmSync(scratch, { recursive: true });
if (!process.argv.includes("--verdicts")) {
  for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 25))
    console.log(`${times}  ${reason}`);
  console.log(`seed ${seed}: ${JSON.stringify({ ...total, slowest: `${total.slowest.toFixed(0)} ms` })}`);
}
