import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startProgress } from "../../../src/app/cli/progress-reporter.ts";

let clock: number;
let lines: () => string[];

beforeEach(() => {
  clock = 1e6;
  vi.spyOn(performance, "now").mockImplementation(() => clock);
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  lines = () => written.mock.calls.map(([text]) => String(text));
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("progress in a log file", () => {
  it("has a line at the end of a task, and one every ten seconds before, even where the total grows with the count", () => {
    const progress = startProgress({ quiet: false });
    for (let done = 64; done <= 300 * 64; done += 64) {
      progress.update({ task: "prompts", unit: "prompts", done, total: done, next: "10 images" });
      clock += 50; // 300 updates in 15 s
    }
    for (let done = 1; done <= 10; done++) progress.update({ task: "images", unit: "images", done, total: 10 });
    progress.stop();
    expect(lines().filter((text) => text.startsWith("prompts"))).toHaveLength(2);
    expect(lines().at(-1)).toMatch(/^images 10\/10 /);
    expect(lines().length).toBeLessThanOrEqual(4);
  });

  it("tells the rate of late, the time left, and what comes then", () => {
    const progress = startProgress({ quiet: false });
    for (let done = 0; done <= 160; done += 16) {
      progress.update({ task: "imagenet: headers", unit: "images", done, total: 648, next: "2 tasks" });
      clock += 1000;
    }
    expect(lines()).toEqual(["imagenet: headers 160/648  16 images/s, 31 s left, then 2 tasks\n"]);
  });

  it("has nothing of brief work that is done at once, and the same lines of brief work that is not", () => {
    const update = (progress: ReturnType<typeof startProgress>, seconds: number) => {
      for (let done = 1; done <= 10; done++) {
        clock += seconds * 100;
        progress.update({ task: "reading predictions", unit: "results", done, total: 10 });
      }
    };
    update(startProgress({ quiet: false, isBrief: true }), 9);
    expect(lines()).toEqual([]);
    update(startProgress({ quiet: false, isBrief: true }), 20);
    expect(lines()).toEqual([
      expect.stringMatching(/^reading predictions 5\/10 {2}0\.5 results\/s, 10 s left\n$/),
      expect.stringMatching(/^reading predictions 10\/10 /),
    ]);
  });

  it("is silent under --quiet, but for warnings", () => {
    const progress = startProgress({ quiet: true });
    progress.update({ task: "images", unit: "images", done: 1, total: 1 });
    progress.note("note: a");
    progress.warning("warning: b");
    expect(lines()).toEqual(["warning: b\n"]);
  });
});
