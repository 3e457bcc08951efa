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
    // An image costs the memory of its graphs, 14 MB more than their files each, and one decoding, which counts as 30 MB
    const [both, single] = [1200 + 350 + 2 * 14 + 30, 350 + 14 + 30];
    const expected = [both / 2, both, both + single / 2, both + single].map((cost) => cost / (both + single));
    for (const [i, share] of shares.entries()) expect(share).closeTo(expected[i] as number, 1e-12);
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
