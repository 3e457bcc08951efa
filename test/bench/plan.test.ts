import { describe, expect, it } from "vitest";
import { type PlanRates, type PlanSize, planSweep } from "../../bench/_plan.ts";

const rates: PlanRates = { title: "small", images: 10, inference: 0.15, decode: 0.05, prompts: 100, dimension: 512 };
const size: PlanSize = {
  checkpoints: 10,
  nodes: 4,
  sets: [1000, 500],
  partSize: 512,
  prompts: 3600,
  imageBytes: 100_000,
  predictionBytes: 80,
};

describe("planSweep", () => {
  it("counts parts of each set, as a part never spans two", () => {
    expect(planSweep(rates, size)).toMatchObject({ images: 1500, parts: 3, units: 30, unitSeconds: 51.2 });
  });

  it("uses the busiest node: three whole checkpoints, or eight units", () => {
    const plan = planSweep(rates, size);
    // a checkpoint: 150 s of images and 36 s of prompts
    expect(plan.nodeHours * 3600).closeTo(10 * 186, 1e-9);
    expect(plan.hoursByCheckpoint * 3600).closeTo(3 * 186, 1e-9);
    expect(plan.hoursByUnit * 3600).closeTo(8 * 51.2 + 3 * 36, 1e-9);
  });

  it("saves all decodings of a node's checkpoints except one", () => {
    // decoding takes a quarter of an image's time; two of three decodings are saved: 150 s become 125
    expect(planSweep(rates, size).hoursSharedDecode * 3600).closeTo(3 * (125 + 36), 1e-9);
    const alone = planSweep(rates, { ...size, nodes: 10 });
    expect(alone.hoursSharedDecode).closeTo(alone.hoursByCheckpoint, 1e-12);
  });

  it("splits a node's time, and adds up bytes", () => {
    const { shares, ...plan } = planSweep(rates, size);
    expect(shares.inference + shares.decode + shares.text).closeTo(1, 1e-12);
    expect(shares.inference / shares.decode).closeTo(3, 1e-12);
    expect(shares.text).closeTo(36 / 186, 1e-12);
    expect(plan.embeddingBytes).toBe(10 * 1500 * 512 * 4);
    expect(plan.promptBytes).toBe(10 * 3600 * 512 * 4);
    expect(plan.predictionBytes).toBe(10 * 1500 * 80);
    expect(plan.passBytes).toBe(1500 * 100_000);
    expect(plan.readRate).toBe(4 * 10 * 100_000);
  });
});
