/**
 * Seconds from start to end of `shiftline --help`, and of an empty Node program, in turn.
 *
 *   npm run bench -- start-up
 */
import { spawnSync } from "node:child_process";
import { spread } from "./_median.ts";

function milliseconds(args: readonly string[]): number {
  const begun = performance.now();
  const result = spawnSync(process.execPath, args);
  if (result.status !== 0) throw new Error(String(result.stderr));
  return performance.now() - begun;
}

const help: number[] = [];
const nothing: number[] = [];
for (let run = 0; run < 11; run++) {
  nothing.push(milliseconds(["-e", "0"]));
  help.push(milliseconds(["dist/cli.js", "--help"]));
}
console.log(`node -e 0         ${spread(nothing, 0)} ms`);
console.log(`shiftline --help  ${spread(help, 0)} ms`);
