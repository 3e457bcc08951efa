import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "./_random.ts";

/** The result of a soak test, which throws at the first different result. */
export interface SoakResult {
  readonly kills: number;
  /** kills by the progress at that time */
  readonly moments: Readonly<Record<string, number>>;
  /** runs that were resumed to the end, each with results equal to those of an uninterrupted run */
  readonly resumed: number;
  readonly partsFound: number;
  /** complete parts that a resumed run computed again: must be 0 */
  readonly partsRedone: number;
}

export interface SoakOptions {
  /** the fixture checkpoint and images to evaluate */
  readonly checkpoint: string;
  readonly images: string;
  readonly kills: number;
  readonly seed: number;
  readonly log?: (text: string) => void;
}

const PART_ROWS = 4;
/**
 * Shares of rounds that begin with every part stored, so that they are killed while scoring and writing, and with only the texts
 * stored.
 */
const ALL_STORED = 0.3;
const TEXT_STORED = 0.4;
/** Probability that a resumed run is also killed. */
const AGAIN = 0.3;

/**
 * Kills `evaluate` with SIGKILL at random moments, resumes it, and compares predictions.csv, metrics.json and accuracies.csv byte
 * for byte with those of an uninterrupted run; counts the complete parts that were computed again.
 *
 * @throws Error at the first difference, with the seed and the file
 */
export async function soak({ checkpoint, images, kills, seed, log = () => {} }: SoakOptions): Promise<SoakResult> {
  const scratch = mkdtempSync(join(tmpdir(), "shiftline-soak-"));
  // a seed repeats the same kills, as far as the speed of the machine allows
  const random = seededRandom(seed).next;
  const argsFor = (home: string) => [
    ...["dist/cli.js", "evaluate", checkpoint, "--data-dir", `imagenet=${images}`, "--allow-incomplete"],
    ...["--templates", "single-1", "--part-size", String(PART_ROWS), "--batch-size", "2"],
    ...["--out", join(home, "results"), "--store", join(home, "store")],
  ];
  const whole = join(scratch, "whole");
  const broken = join(scratch, "broken");
  const result = { kills: 0, resumed: 0, partsFound: 0, partsRedone: 0 };
  const moments: Record<string, number> = {};
  try {
    const { seconds } = await run(argsFor(whole));
    const { seconds: scoring } = await run(argsFor(whole));
    const expected = resultFiles(whole);
    while (result.kills < kills) {
      rmSync(broken, { recursive: true, force: true });
      const kind = random();
      const stored = kind < ALL_STORED ? "store" : kind < ALL_STORED + TEXT_STORED ? join("store", "text") : null;
      if (stored !== null) {
        cpSync(join(whole, stored), join(broken, stored), { recursive: true, preserveTimestamps: true });
      }
      const killsBefore = result.kills;
      do {
        const ended = await run(argsFor(broken), random() * (stored === "store" ? scoring : seconds) * 1000);
        if (ended.killed) {
          result.kills++;
          const moment = momentOf(broken);
          moments[moment] = (moments[moment] ?? 0) + 1;
        }
      } while (random() < AGAIN && result.kills < kills);
      if (result.kills === killsBefore) continue;
      const before = wholeParts(broken);
      await run(argsFor(broken));
      const after = wholeParts(broken);
      const redone = [...before].filter(([part, written]) => after.get(part) !== written).length;
      result.partsFound += before.size;
      result.partsRedone += redone;
      result.resumed++;
      compareResults(expected, resultFiles(broken), `seed ${seed}, after ${result.kills} kills`);
      log(
        `${result.kills} kills, ${result.resumed} resumed and equal, ${before.size} parts found, ${redone} computed again`,
      );
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { ...result, moments };
}

/** Runs to the end, or to a SIGKILL after the given time in ms. @throws Error if it fails by itself */
function run(args: readonly string[], killAfter?: number): Promise<{ killed: boolean; seconds: number }> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    // A separate process group: the command works in a child process, which must be killed at the same time
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => {
      stderr += data;
    });
    const timer = killAfter === undefined ? undefined : setTimeout(() => killGroup(child), killAfter);
    child.on("error", reject);
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      const seconds = (performance.now() - begun) / 1000;
      if (status === 0 || signal === "SIGKILL") resolve({ killed: signal === "SIGKILL", seconds });
      else reject(new Error(`evaluate ended with status ${status}: ${stderr}`));
    });
  });
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause; // it has just ended
  }
}

/** The results whose bytes must not differ: path below the results folder → content. run.json contains times and the machine. */
function resultFiles(home: string): Map<string, string> {
  const folder = join(home, "results");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    /(?:predictions\.csv|metrics\.json|accuracies\.csv)$/.test(path),
  );
  return new Map(files.sort().map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}

function compareResults(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>, when: string): void {
  if ([...found.keys()].join() !== [...expected.keys()].join())
    throw new Error(`${when}: other files: ${[...found.keys()]}`);
  for (const [path, text] of expected) if (found.get(path) !== text) throw new Error(`${when}: ${path} differs`);
}

/** Existing parts by their descriptions: name → modification time with the inode. */
function wholeParts(home: string): Map<string, string> {
  const parts = new Map<string, string>();
  for (const path of storeFiles(home).filter((file) => /part-\d+\.json$/.test(file))) {
    const { mtimeMs, ino } = statSync(join(home, "store", path));
    parts.set(path, `${mtimeMs} ${ino}`);
  }
  return parts;
}

/** The progress of the killed run. */
function momentOf(home: string): string {
  const results = existsSync(join(home, "results")) ? resultFiles(home) : new Map();
  if (results.has("accuracies.csv")) return "after accuracies.csv";
  if (results.size > 0) return "writing results";
  const files = storeFiles(home);
  if (files.some((path) => /part-\d+\.json$/.test(path))) return "images or scoring";
  return files.length > 0 ? "prompts" : "start";
}

function storeFiles(home: string): string[] {
  const folder = join(home, "store");
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}
