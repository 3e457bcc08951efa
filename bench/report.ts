// A report of CHECKPOINTS made-up checkpoints on six benchmarks of their full number of images: seconds and size.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runReport } from "../src/app/cli/report-command.ts";
import { makeResults } from "../test/output/make-results.ts";

const checkpoints = Number(process.argv[2] ?? 300);
const imagesPerClass = Number(process.argv[3] ?? 50);
const folder = mkdtempSync(join(tmpdir(), "shiftline-report-"));
try {
  const names = Array.from({ length: checkpoints }, (_, i) => `checkpoint-${i}`);
  makeResults(join(folder, "results"), { checkpoints: names, imagesPerClass });
  for (const figures of [false, true]) {
    const begun = performance.now();
    const out = join(folder, "report.html");
    await runReport([join(folder, "results")], { out, figures, quiet: true });
    const seconds = (performance.now() - begun) / 1000;
    console.log(
      `${checkpoints} checkpoints × 6 benchmarks, ${imagesPerClass} images a class, figures ${figures}: ${seconds.toFixed(1)} s, page ${(statSync(out).size / 1e6).toFixed(2)} MB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
