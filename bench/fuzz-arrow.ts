/**
 * Reads changed Arrow streams and files: each is refused with a message, or all its images are inside it.
 *
 *   npm run bench -- fuzz-arrow [COUNT] [SEED]
 *
 * Ends with status 1 at a fault, and keeps the file.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { arrowFault, fuzzedArrows, readArrow } from "./_fuzz-arrow.ts";

const [count, seed] = [Number(process.argv[2] ?? 1e5), Number(process.argv[3] ?? 1)];
const total = { files: 0, read: 0, refused: 0, faults: 0, slowest: 0 };
const reasons = new Map<string, number>();
for (const bytes of fuzzedArrows(seed, count)) {
  const begun = performance.now();
  const verdict = await readArrow(bytes);
  total.slowest = Math.max(total.slowest, performance.now() - begun);
  total.files++;
  if ("rows" in verdict) total.read++;
  if ("refused" in verdict) {
    total.refused++;
    const reason = verdict.refused.replace(/\d+/g, "N").slice(0, 60);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const fault = arrowFault(bytes, verdict);
  if (fault === null) continue;
  process.exitCode = 1;
  if (++total.faults > 20) continue;
  const kept = join(tmpdir(), "shiftline-fuzz-faults", `${seed}-${total.files - 1}.arrow`);
  mkdirSync(join(kept, ".."), { recursive: true });
  writeFileSync(kept, bytes);
  console.log(`${kept}: ${fault}`);
}
for (const [reason, times] of [...reasons].sort((a, b) => b[1] - a[1]).slice(0, 30)) console.log(`${times}  ${reason}`);
const memory = `${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`;
console.log(`seed ${seed}: ${JSON.stringify({ ...total, slowest: `${total.slowest.toFixed(0)} ms`, memory })}`);
