import { afterEach, describe, expect, it, vi } from "vitest";
import { skipUnless } from "./require.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("skipUnless", () => {
  it("runs what is available, independently of what is required", () => {
    vi.stubEnv("SHIFTLINE_REQUIRE", "slurm");
    expect(skipUnless("slurm", true, "no sbatch")).toBe(false);
  });

  it("reports as skipped what is missing and not required", () => {
    vi.stubEnv("SHIFTLINE_REQUIRE", "chromium");
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(skipUnless("slurm", false, "no sbatch")).toBe(true);
    expect(written.mock.calls.join("")).toContain("SKIPPED slurm: no sbatch");
  });

  it("fails if something required is missing", () => {
    vi.stubEnv("SHIFTLINE_REQUIRE", "chromium, slurm");
    expect(() => skipUnless("slurm", false, "no sbatch")).toThrow(/SHIFTLINE_REQUIRE lists slurm.*no sbatch/);
  });
});
