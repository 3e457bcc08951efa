import { afterEach, describe, expect, it, vi } from "vitest";
import { startProgressLine } from "../../../src/app/cli/progress-line.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("progress in a log file", () => {
  it("has a line at the start of a phase, one at its end, and few between, even where the total grows with the count", () => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    vi.spyOn(performance, "now").mockImplementation(() => clock);
    let clock = 1e6;
    const line = startProgressLine(false);
    for (let done = 64; done <= 300 * 64; done += 64) {
      line.update({ phase: "prompts", done, total: done, imagesAhead: 10 });
      clock += 50; // 300 updates in 15 s
    }
    line.update({ phase: "images", done: 1, total: 10, imagesAhead: 0 });
    for (let done = 2; done <= 10; done++) line.update({ phase: "images", done, total: 10, imagesAhead: 0 });
    line.stop();
    const lines = written.mock.calls.map(([text]) => String(text));
    expect(lines.filter((text) => text.startsWith("prompts"))).toHaveLength(2);
    expect(lines.at(-1)).toMatch(/^images 10\/10 /);
    expect(lines.length).toBeLessThanOrEqual(4);
  });
});
