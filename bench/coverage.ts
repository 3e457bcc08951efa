/**
 * Simulates data sets in which the truth is known, and counts how often tests reject and intervals contain the truth.
 *
 *   npm run bench -- coverage [PATTERN] [--repetitions 2000] [--replicates 99] [--processes 1] [--missing] [--write]
 *
 * PATTERN selects designs by a part of their name or topic. --write stores each design's row in bench/measured/coverage.json as
 * soon as it is done; --missing skips designs whose row has as many repetitions, to continue a stopped run. Each data set has a
 * separate seed, so the counts do not depend on the number of processes. Ends with status 1 if a design is outside its bounds.
 */
import { type ChildProcess, fork } from "node:child_process";
import { parseArgs } from "node:util";
import { type CoverageCount, isWithinBounds } from "./_coverage-design.ts";
import { COVERAGE_DESIGNS } from "./_coverage-designs.ts";
import { countHits, countOf } from "./_coverage-run.ts";
import { coverageTable } from "./_coverage-table.ts";
import { readMeasured, writeMeasured } from "./_measured.ts";

/** Number of data sets in a block for a process. */
const BLOCK = 50;

interface Block {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

interface Measured {
  readonly designs: readonly CoverageCount[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repetitions: { type: "string", default: "2000" },
    replicates: { type: "string", default: "99" },
    processes: { type: "string", default: "1" },
    missing: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const [repetitions, replicates, processes] = [values.repetitions, values.replicates, values.processes].map(Number) as [
  number,
  number,
  number,
];
if (![repetitions, replicates, processes].every((value) => Number.isSafeInteger(value) && value > 0))
  throw new Error("--repetitions, --replicates and --processes: expected positive integers");

if (process.send === undefined) await measureAll();
else serve();

/** Runs in a separate process: computes the blocks that it receives. */
function serve(): void {
  process.on("message", (block: Block) => {
    const design = COVERAGE_DESIGNS.find(({ name }) => name === block.name);
    if (design === undefined) throw new Error(`no design ${block.name}`);
    process.send?.({ ...block, ...countHits(design, block.from, block.to, replicates) });
  });
}

async function measureAll(): Promise<void> {
  const [pattern = ""] = positionals;
  const known = new Map(readMeasured<Measured>("coverage")?.designs.map((count) => [count.name, count]));
  const isDone = (name: string) => (known.get(name)?.repetitions ?? 0) >= repetitions;
  const designs = COVERAGE_DESIGNS.filter(
    ({ name, topic }) => (name.includes(pattern) || topic.includes(pattern)) && !(values.missing && isDone(name)),
  );
  if (designs.length === 0)
    throw new Error(
      `no design to measure; topics: ${[...new Set(COVERAGE_DESIGNS.map(({ topic }) => topic))].join(", ")}`,
    );
  const workers =
    processes === 1
      ? []
      : Array.from({ length: processes }, () => fork(process.argv[1] as string, process.argv.slice(2)));
  const counts: CoverageCount[] = [];
  for (const design of designs) {
    const begun = performance.now();
    const counted =
      workers.length === 0 ? countHits(design, 0, repetitions, replicates) : await countBeside(workers, design.name);
    const count = countOf(design, repetitions, replicates, counted);
    counts.push(count);
    known.set(count.name, count);
    if (values.write) {
      writeMeasured("coverage", { designs: relabeled(known) });
    }
    console.error(
      `${design.name}: ${counted.hits} of ${repetitions}, ${Math.round((performance.now() - begun) / 1000)} s`,
    );
  }
  for (const worker of workers) worker.disconnect();
  console.log(coverageTable(counts));
  if (!counts.every(isWithinBounds)) process.exitCode = 1;
}

/** The counts in the order of the designs, with the current expectations of the designs. */
function relabeled(known: ReadonlyMap<string, CoverageCount>): CoverageCount[] {
  return COVERAGE_DESIGNS.flatMap((design) => {
    const count = known.get(design.name);
    if (count === undefined) return [];
    const { repetitions, replicates, hits, before } = count;
    return [countOf(design, repetitions, replicates, { hits, before })];
  });
}

/** Distributes a design's data sets among processes. */
async function countBeside(workers: readonly ChildProcess[], name: string) {
  const total = { hits: 0, before: 0 as number | null };
  let next = 0;
  const runOne = async (worker: ChildProcess): Promise<void> => {
    while (next < repetitions) {
      const block: Block = { name, from: next, to: Math.min(repetitions, next + BLOCK) };
      next = block.to;
      const done = await new Promise<{ hits: number; before: number | null }>((resolve, reject) => {
        worker.once("message", (message) => resolve(message as never));
        worker.once("exit", (status) => reject(new Error(`a process ended with status ${status}`)));
        worker.send(block);
      });
      worker.removeAllListeners("exit");
      total.hits += done.hits;
      total.before = done.before === null || total.before === null ? null : total.before + done.before;
    }
  };
  await Promise.all(workers.map(runOne));
  return total;
}
