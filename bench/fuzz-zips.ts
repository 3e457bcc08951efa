/**
 * Reads zips with all kinds of faults: each is refused with a message, or read with its original content.
 *
 *   npm run bench -- fuzz-zips [COUNT] [SEED]
 *
 * Ends with status 1 at a fault; the zip is kept.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzzedZips, readZip, zipFault, zipPassword } from "./_fuzz-zips.ts";

const [count = "100000", seed = "1"] = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), "shiftline-fuzz-"));
const password = join(scratch, "password.txt");
writeFileSync(password, zipPassword());
const total = { zips: 0, whole: 0, inPart: 0, refused: 0, faults: 0, slowest: 0, memory: 0 };
const reasons = new Map<string, number>();
for (const fuzzed of fuzzedZips(Number(seed), Number(count))) {
  const begun = performance.now();
  const verdict = await readZip(fuzzed.bytes, join(scratch, "fuzzed.zip"), password);
  total.slowest = Math.max(total.slowest, performance.now() - begun);
  total.memory = Math.max(total.memory, process.memoryUsage().rss);
  if ("read" in verdict) {
    const { read, refused } = verdict;
    total[refused.length === 0 ? "whole" : read.size === 0 ? "refused" : "inPart"]++;
    const reason = (refused[0] ?? "")
      .replace(/"(?:[^"\\]|\\.)*"/g, "…")
      .replace(/\d+/g, "N")
      .slice(0, 90);
    if (reason !== "") reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const fault = zipFault(verdict, fuzzed);
  if (fault !== null) {
    total.faults++;
    process.exitCode = 1;
    if (total.faults <= 20) {
      const kept = join(tmpdir(), "shiftline-fuzz-faults", `${seed}-${total.zips}.zip`);
      mkdirSync(join(kept, ".."), { recursive: true });
      writeFileSync(kept, fuzzed.bytes);
      console.log(`${kept} (${fuzzed.base.name}): ${fault}`);
    }
  }
  total.zips++;
}
rmSync(scratch, { recursive: true });
for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 40)) console.log(`${times}  ${reason}`);
const { slowest, memory, ...counts } = total;
console.log(
  `seed ${seed}: ${JSON.stringify({ ...counts, slowest: `${slowest.toFixed(0)} ms`, memory: `${(memory / 1e6).toFixed(0)} MB` })}`,
);
