import { afterEach, describe, expect, it, vi } from "vitest";
import { describeSetting } from "../../bench/_measured.ts";
import { QUIET_LOAD, waitForQuiet } from "../../bench/_quiet.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("a benchmark", () => {
  it("waits until the load is at most 0.3, and prints it", async () => {
    vi.useFakeTimers();
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    const loads = [2.3, 0.31, QUIET_LOAD];
    const waiting = waitForQuiet(() => loads.shift() ?? 9);
    await vi.runAllTimersAsync();
    expect(await waiting).toBe(0.3);
    expect(printed.mock.calls.map(([text]) => text)).toEqual([
      "load 2.30: waiting until it is at most 0.3",
      "load 0.31: waiting until it is at most 0.3",
      "load 0.30: quiet",
    ]);
  });

  it("refuses a machine that stays busy", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(waitForQuiet(() => 0.5, 0)).rejects.toThrow(/busy \(load 0\.50, at most 0\.3\)/);
  });

  it("writes no figures from a busy machine", async () => {
    await expect(describeSetting({ write: true, "any-load": true })).rejects.toThrow(/are not written/);
  });
});
