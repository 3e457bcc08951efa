// A report of CHECKPOINTS synthetic checkpoints on six benchmarks with all their images, which vary like real results: size of
// the page, seconds, memory, and the page's first paint if Chromium is installed.
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { runReport } from "../src/app/cli/report-command.ts";
import { makeResults } from "../test/output/make-results.ts";
import { spread } from "./_median.ts";

const OPENINGS = 7;
const checkpoints = Number(process.argv[2] ?? 300);
const imagesPerClass = Number(process.argv[3] ?? 50);
const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
const folder = mkdtempSync(join(tmpdir(), "shiftline-report-"));
try {
  const names = Array.from({ length: checkpoints }, (_, i) => `checkpoint-${i}`);
  makeResults(join(folder, "results"), { checkpoints: names, imagesPerClass, isVaried: true });
  const out = join(folder, "report.html");
  for (const figures of [false, true]) {
    const begun = performance.now();
    await runReport([join(folder, "results")], { out, figures, quiet: figures });
    const seconds = (performance.now() - begun) / 1000;
    console.log(
      `${checkpoints} checkpoints × 6 benchmarks, ${imagesPerClass} images per class of ImageNet, figures ${figures}: ${seconds.toFixed(1)} s, page ${(statSync(out).size / 1e6).toFixed(2)} MB, peak memory ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`,
    );
  }
  if (executablePath === undefined) console.log("Chromium not found: first paint is not measured");
  else await measurePaint(out, executablePath);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Prints milliseconds to the first paint and to the start of the program, each in a new context. */
async function measurePaint(report: string, executable: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-gpu"] });
  const paints: number[] = [];
  const starts: number[] = [];
  for (let i = 0; i < OPENINGS; i++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
    const page = await context.newPage();
    await page.goto(String(pathToFileURL(report)));
    await page.waitForSelector("html[data-ready]");
    starts.push(await page.evaluate(() => performance.now()));
    const entries = () => performance.getEntriesByName("first-contentful-paint").map(({ startTime }) => startTime);
    paints.push((await page.evaluate(entries))[0] ?? Number.POSITIVE_INFINITY);
    await context.close();
  }
  await browser.close();
  const load = loadavg().map((value) => value.toFixed(1));
  console.log(
    `${OPENINGS} openings at load ${load.join(", ")}: first paint ${spread(paints, 0)} ms, program started after ${spread(starts, 0)} ms`,
  );
}
