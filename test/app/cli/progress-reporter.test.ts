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
  it("has a line at the end of a task and every ten seconds before, even if the total grows with the count", () => {
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

  it("reports the recent rate, the time left, and the next step", () => {
    const progress = startProgress({ quiet: false });
    for (let done = 0; done <= 160; done += 16) {
      progress.update({ task: "imagenet: headers", unit: "images", done, total: 648, next: "2 tasks" });
      clock += 1000;
    }
    expect(lines()).toEqual(["imagenet: headers 160/648  16 images/s, 31 s left, then 2 tasks\n"]);
  });

  it("names the current work, and estimates the time left correctly if later items take a different time", () => {
    const progress = startProgress({ quiet: false });
    // 1,000 prompts of a large checkpoint take 200 s, 9,000 of a small one 20 s
    const costs = [200, 20];
    let [n, spent] = [0, 0];
    const begun = clock;
    for (const [i, { items, about }] of [
      { items: 1000, about: "large" },
      { items: 9000, about: "small" },
    ].entries()) {
      for (let step = 0; step < 100; step++) {
        n += items / 100;
        spent += (costs[i] as number) / 100;
        clock += (1000 * (costs[i] as number)) / 100;
        progress.update({ task: "prompts", unit: "prompts", done: n, total: 10_000, share: spent / 220, about });
      }
    }
    const said = lines().map((line) => /^prompts (\d+)\/[^,]*, (?:(\d+) min )?(\d+) s left {2}(\w+)\n$/.exec(line));
    for (const match of said) expect(match).not.toBeNull();
    const after = said.map((match) => ({
      n: Number(match?.[1]),
      seconds: 60 * Number(match?.[2] ?? 0) + Number(match?.[3]),
      about: match?.[4],
    }));
    const elapsed = (count: number) => (count <= 1000 ? count / 5 : 200 + (count - 1000) / 450);
    for (const { n: count, seconds } of after.filter((estimate) => elapsed(estimate.n) >= 60)) {
      const truth = 220 - elapsed(count);
      expect(Math.abs(seconds - truth)).toBeLessThanOrEqual(0.3 * truth + 1);
    }
    expect(new Set(after.map(({ about }) => about))).toEqual(new Set(["large", "small"]));
    expect(clock - begun).closeTo(220_000, 1e-6); // ms; 200 additions round
    expect(after.length).toBeLessThanOrEqual(23);
  });

  it("prints nothing for brief work done at once, and the usual lines otherwise", () => {
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

  it("prints only warnings with --quiet", () => {
    const progress = startProgress({ quiet: true });
    progress.update({ task: "images", unit: "images", done: 1, total: 1 });
    progress.note("note: a");
    progress.warning("warning: b");
    expect(lines()).toEqual(["warning: b\n"]);
  });
});
