import { describe, expect, it } from "vitest";
import type { EvaluateProgress } from "../../../src/evaluation/evaluate/evaluate-options.ts";
import type { PlannedRun } from "../../../src/evaluation/evaluate/planned-runs.ts";
import { trackProgress } from "../../../src/evaluation/evaluate/track-progress.ts";

/** A run that lacks all of its images, with a graph of the given size in bytes. */
function run(checkpoint: string, benchmark: string, images: number, bytes: number, manifest: object): PlannedRun {
  return {
    checkpoint: { id: checkpoint, files: [{ role: "vision", bytes }] },
    benchmark: { id: benchmark },
    manifest,
    missing: [{ index: 0, first: 0, rows: images }],
    known: new Map(),
    results: [],
  } as unknown as PlannedRun;
}

describe("the progress of an evaluation", () => {
  const [first, second] = [{}, {}];
  const large = [run("L", "imagenet", 100, 1_200e6, first), run("B", "imagenet", 100, 350e6, first)];
  const small = [run("B", "sketch", 100, 350e6, second)];
  const told: EvaluateProgress[] = [];
  const handlers = { progress: (state: EvaluateProgress) => told.push(state) };
  const tracker = trackProgress([...large, ...small], handlers as never, null);

  it("names the current checkpoints and benchmark, and estimates shares of time by graph sizes", () => {
    tracker.images(100, large);
    tracker.images(200, large);
    tracker.images(250, small);
    tracker.images(300, small);
    expect(told.map(({ done, total }) => [done, total])).toEqual([
      [100, 300],
      [200, 300],
      [250, 300],
      [300, 300],
    ]);
    expect(told[0]).toMatchObject({ checkpoints: ["L", "B"], benchmark: "imagenet" });
    expect(told[2]).toMatchObject({ checkpoints: ["B"], benchmark: "sketch" });
    const shares = told.map(({ share }) => share);
    expect(shares[0]).toBeCloseTo(0.4, 1); // half of the first group, whose images cost four times the second's
    expect(shares[1]).toBeCloseTo(0.8, 1);
    expect(shares[2]).toBeCloseTo(0.9, 1);
    expect(shares[3]).toBeCloseTo(1, 9);
  });

  it("names the checkpoint whose prompts are embedded, and estimates their time by their number if nothing else is known", () => {
    told.length = 0;
    tracker.prompts(10, 40, "L");
    tracker.prompts(10, 40, "L", 0.6);
    expect(told.map(({ share, checkpoints, benchmark }) => [share, checkpoints, benchmark])).toEqual([
      [0.25, ["L"], null],
      [0.6, ["L"], null],
    ]);
  });
});
