// npm test: sets up the checkout, then checks lint and format, types, and runs every test. Ends with the plain line "N passed, N
// failed, N skipped".
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, runBin, setUp } from "./set-up.mjs";

setUp();
const folder = mkdtempSync(join(tmpdir(), "shiftline-test-"));
const report = join(folder, "vitest.json");
const counts = { passed: 0, failed: 0, skipped: 0 };

await Promise.all([
  check("lint and format", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]),
  check("types", "typescript/bin/tsc", ["--noEmit"]),
  check("types of the page", "typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.page.json"]),
]);
const only = process.argv.slice(2);
const status = runBin("vitest/vitest.mjs", [
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...only,
]);
countTests(status);
rmSync(folder, { recursive: true, force: true });

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;

/** Runs a check in parallel with others; its output is printed at its end in one piece. */
function check(name, program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, "node_modules", ...program.split("/")), ...args], { cwd: root });
    const printed = [];
    child.stdout.on("data", (data) => printed.push(data));
    child.stderr.on("data", (data) => printed.push(data));
    child.on("error", reject);
    child.on("close", (code) => {
      process.stdout.write(Buffer.concat(printed));
      if (code === 0) counts.passed++;
      else {
        counts.failed++;
        console.log(`${name}: failed`);
      }
      resolve();
    });
  });
}

function countTests(status) {
  try {
    const result = JSON.parse(readFileSync(report, "utf8"));
    counts.passed += result.numPassedTests;
    counts.failed += result.numFailedTests;
    counts.skipped += result.numPendingTests + result.numTodoTests;
    // A file that cannot be loaded, or an error between tests, does not count as a failed test
    if (status !== 0 && result.numFailedTests === 0) counts.failed++;
  } catch (error) {
    console.log(`no test report: ${error.message}`);
    counts.failed++;
  }
}
