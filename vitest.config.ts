import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const root = import.meta.dirname;

/** Files that take longest, which begin first so that both processes end together. */
const LONGEST = [
  "examples/emojishift",
  "evaluation/evaluate/evaluate",
  "app/cluster/slurm",
  "app/cli/changed-images",
  "app/cli/shards",
  "app/cli/hostile-inputs",
  "app/cli/soak",
  "app/cli/fuzz-stores",
  "model/checkpoint/fuzz-checkpoints",
  "app/cli/machine-limits",
  "app/cli/supervised-process",
  "app/cli/failures",
  "app/cli/protocols",
  "app/cli/report",
  "output/report/page/large-report",
  "output/report/page/report-page",
  "model/onnx/graph-expansion",
  "analysis/robustness/coverage",
  "foundation/files/remembered-hash",
].map((name) => join(root, "test", `${name}.test.ts`));

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
    // Two processes run all files, one file after the other: to start one and load the native libraries takes longer than most files.
    maxWorkers: 2,
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // A test that asserts nothing fails
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The built package runs as it ships, its threads' programs too
    server: { deps: { external: [new RegExp(`^${join(root, "dist")}/`)] } },
  },
});
