import { join } from "node:path";
import { defineConfig } from "vitest/config";

const root = import.meta.dirname;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    // Two processes run all files, one file after the other: to start one and load the native libraries takes longer than most files
    maxWorkers: 2,
    isolate: false,
    // A test that asserts nothing fails
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The built package runs as it ships, its threads' programs too
    server: { deps: { external: [new RegExp(`^${join(root, "dist")}/`)] } },
  },
});
