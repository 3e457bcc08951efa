/**
 * Reads tars in gzip and zstd streams that are changed in a few places: each is refused with a message that names it or, if a
 * checksum covers it, read with its original content.
 *
 *   npm run bench -- fuzz-streams [COUNT] [SEED]
 *
 * Ends with status 1 at a difference, and keeps the file.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzzedStreams, readStream, streamFault } from "./_fuzz-streams.ts";
import { makeScratch } from "./_scratch.ts";

const [count, seed] = [Number(process.argv[2] ?? 1e5), Number(process.argv[3] ?? 1)];
const path = join(makeScratch(), "fuzzed");
const total = { streams: 0, read: 0, refused: 0, faults: 0, slowest: 0 };
let whole = "";
for (const stream of fuzzedStreams(seed, count)) {
  const begun = performance.now();
  const verdict = await readStream(stream, path);
  total.slowest = Math.max(total.slowest, Math.round(performance.now() - begun));
  if (total.streams === 0 && "read" in verdict) whole = verdict.read; // the first is not changed
  total.streams++;
  total["read" in verdict ? "read" : "refused"]++;
  const fault = streamFault(stream, verdict, whole);
  if (fault === null) continue;
  process.exitCode = 1;
  if (total.faults++ > 20) continue;
  const kept = join(tmpdir(), "shiftline-fuzz-faults", `stream-${seed}-${total.streams - 1}`);
  mkdirSync(join(kept, ".."), { recursive: true });
  copyFileSync(path, kept);
  console.log(`${kept}: ${fault}`);
}
console.log({ ...total, megabytes: Math.round(process.resourceUsage().maxRSS / 1024) });
