import { describe, expect, it } from "vitest";
import type { ErrorParts, Pilot, PilotShift } from "../../bench/_emoji-pilot.ts";
import type { StudyDesign } from "../../bench/_simulated-study.ts";
import { studyPower } from "../../bench/_study-power.ts";

const SAMPLES = [160, 640, 2560, 10240];
const SHARES = { a: 0, b: 0.25, c: 0.5, d: 0.75, e: 1 };
const NONE = { drawings: 0, pictures: 0 };
const ERRORS: ErrorParts = { within: 1, sameSource: NONE, otherSource: NONE, scale: 1 };
const latent = new Map(SAMPLES.map((samples, i) => [samples, -2.5 + 0.5 * i]));
const pilot: Pilot = {
  shifts: [],
  referenceErrors: ERRORS,
  reference: new Map(Object.keys(SHARES).map((source) => [source, latent])),
};
const shift: PilotShift = { id: "s", slope: 1, samplesEffect: 0, height: 0, scatterSd: 0.1, errors: ERRORS };
const design: StudyDesign = {
  sources: SHARES,
  samples: SAMPLES,
  steps: [200, 600],
  seeds: 2,
  referencePictures: 1e6,
  shiftPictures: 1e6,
  cellShare: 0,
  point: "checkpoint",
  units: "pictures",
  drawings: 160,
};
const decisions = { level: 0.05, firstStepLevel: 0.05, margin: 0.25 };
const options = { repetitions: 100, replicates: 99, seed: 1 };
/**
 * Standard error of the share's coefficient: the scatter divided by the root of the share's sum of squares, 16 checkpoints at
 * each of five shares.
 */
const SE = 0.1 / Math.sqrt(16 * 0.625);

describe("studyPower", () => {
  const power = studyPower(pilot, shift, design, 3 * SE, decisions, options);

  it("has the standard error of least squares in a balanced design", () => {
    // 100 repetitions estimate a standard deviation to 7 %
    expect(power.se / SE).closeTo(1, 0.25);
  });

  it("rejects at the level without dilution, and with the power of a t test with it", () => {
    expect(power.typeOne).toBeLessThanOrEqual(0.12); // of 100 at 5 %, more than 12 has p = 0.002
    expect(power.power).closeTo(0.84, 0.12); // Φ(3 − 1.99), of 75 degrees of freedom; its standard error is 0.037
  });

  it("shows the ends equivalent more often than all pairs, and neither within a margin smaller than the noise", () => {
    expect(power.pairEquivalent).toBeGreaterThan(0.95);
    expect(power.allEquivalent).toBeLessThanOrEqual(power.pairEquivalent);
    const narrow = studyPower(
      pilot,
      shift,
      design,
      0,
      { ...decisions, margin: SE / 2 },
      { ...options, repetitions: 20 },
    );
    expect(narrow.pairEquivalent).toBe(0);
  });

  it("treats seeds with common scatter as dependent points, and means of cells as independent", () => {
    const common = { ...design, samples: [160, 10240], seeds: 4, cellShare: 1 };
    const few = { ...options, repetitions: 60 };
    expect(studyPower(pilot, shift, common, 0, decisions, few).typeOne).toBeGreaterThan(0.15);
    expect(studyPower(pilot, shift, { ...common, point: "cell" }, 0, decisions, few).typeOne).toBeLessThanOrEqual(0.13);
  });
});
