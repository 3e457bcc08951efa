import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = import.meta.dirname;

/** Files that take longest, which begin first so that the processes end together. */
const LONGEST = [
  "examples/emojishift",
  "app/cluster/slurm",
  "docs/spelling",
  "app/cli/hostile-inputs",
  "evaluation/evaluate/evaluate",
  "output/report/page/report-page",
  "app/cli/changed-images",
  "app/cli/shards",
  "output/report/page/large-report",
  "app/cli/report",
  "app/cli/failures",
  "app/cli/protocols",
  "app/cli/supervised-process",
  "docs/site",
  "app/cli/soak",
  "app/cli/machine-limits",
  "app/cli/one-result",
  "app/cli/fuzz-stores",
  "app/inspection/inspect-data",
  "analysis/robustness/coverage",
  "model/architectures/oracle",
  "model/checkpoint/fuzz-checkpoints",
  "foundation/files/remembered-hash",
  "model/onnx/graph-expansion",
].map((name) => join(root, "test", `${name}.test.ts`));

/** The folder of the built package in a pattern; Vite writes paths with slashes, on Windows too. */
const BUILT = join(root, "dist")
  .replaceAll("\\", "/")
  .replace(/[.*+?^${}()|[\]]/g, "\\$&");

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => LONGEST.indexOf(moduleId);
    const [long, other] = [true, false].map((isLong) =>
      files.filter(({ moduleId }) => LONGEST.includes(moduleId) === isLong),
    ) as [TestSpecification[], TestSpecification[]];
    return [...long.sort((a, b) => place(a) - place(b)), ...(await super.sort(other))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    // Few processes run all files, one file after the other: to start one and load the native libraries takes longer than most files.
    // On two cores three, for a quarter of the time some file waits: for a scheduler, a deadline, a disk.
    maxWorkers: 3,
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // A test that asserts nothing fails
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The built package runs as it ships, its threads' programs too
    server: { deps: { external: [new RegExp(`^${BUILT}/`)] } },
  },
});
