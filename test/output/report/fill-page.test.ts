import { describe, expect, it } from "vitest";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import { chooseForImages } from "../../../src/output/report/choose-images.ts";
import { describeCuts } from "../../../src/output/report/describe-cuts.ts";
import { fillPage } from "../../../src/output/report/fill-page.ts";
import { orderForPictures } from "../../../src/output/report/picture-order.ts";
import type { ImageSetDetails, ReportResult } from "../../../src/output/report/report-data.ts";
import { type ChosenImages, fitImages } from "../../../src/output/report/store-images.ts";
import { mulberry32 } from "../../seeded-random.ts";

const LABELS = 20;

/** Images of a benchmark by made-up checkpoints that are right about four of five. */
function madeImages(benchmark: string, checkpoints: number, n: number): ChosenImages {
  const random = mulberry32(n);
  const uniform = () => random() / 2 ** 32;
  const imageLabels = Uint32Array.from({ length: n }, (_, i) => Math.floor((i * LABELS) / n));
  const isHard = Array.from({ length: n }, () => uniform() < 0.3);
  return {
    ...{ benchmark, protocol: "p", templates: "t", classNames: "c" },
    checkpoints: Array.from({ length: checkpoints }, (_, i) => i),
    labels: Array.from({ length: LABELS }, (_, i) => String(i)),
    names: Array.from({ length: LABELS }, (_, i) => `class ${i}`),
    classes: Array.from({ length: LABELS }, (_, i) => [i]),
    images: Array.from({ length: n }, (_, i) => `c/${Math.floor(uniform() * 2 ** 40).toString(16)}-${i}.jpg`),
    imageLabels,
    contents: null,
    predicted: Array.from({ length: checkpoints }, () =>
      Uint32Array.from(imageLabels, (label, i) =>
        isHard[i] && uniform() < 0.6 ? Math.floor(uniform() * LABELS) : label,
      ),
    ),
    confidence: Array.from({ length: checkpoints }, () => Float32Array.from({ length: n }, uniform)),
    nameOf: (value) => `class ${value}`,
  };
}

function madeSet(benchmark: string, protocol: string, checkpoints: number): ImageSetDetails {
  const random = mulberry32(checkpoints);
  return {
    ...{ benchmark, protocol, templates: "t", classNames: "c", n: 1000, expectedN: 1000 },
    checkpoints: Array.from({ length: checkpoints }, (_, i) => i),
    labels: Array.from({ length: LABELS }, (_, i) => String(i)),
    names: Array.from({ length: LABELS }, () => null),
    images: Array.from({ length: LABELS }, () => 50),
    correct: Uint32Array.from({ length: checkpoints * LABELS }, () => random() % 51),
    both: Uint32Array.from({ length: (checkpoints * (checkpoints - 1)) / 2 }, () => random() % 500),
  };
}

const IMAGES = [madeImages("a", 10, 1500), madeImages("b", 10, 500)];
const CHOSEN = Array.from({ length: 10 }, (_, i) => i);

describe("fitImages", () => {
  it("never takes more than it may, and holds the more the more it may", () => {
    const whole = fitImages(CHOSEN, IMAGES, Number.POSITIVE_INFINITY);
    expect(whole?.detail).toEqual({ checkpoints: 10, step: 1, isWhole: true });
    let last = { checkpoints: 0, listed: 0 };
    for (let share = 0; share <= 1; share += 0.05) {
      const bytes = Math.ceil(share * (whole?.bytes ?? 0));
      const fitted = fitImages(CHOSEN, IMAGES, bytes);
      if (fitted === null) {
        expect(last.checkpoints).toBe(0);
        continue;
      }
      expect(fitted.bytes).toBeLessThanOrEqual(bytes);
      expect(fitted.detail.checkpoints).toBeGreaterThanOrEqual(last.checkpoints);
      expect(fitted.stored.checkpoints).toEqual(CHOSEN.slice(0, fitted.detail.checkpoints));
      last = { checkpoints: fitted.detail.checkpoints, listed: fitted.listed[0]?.length ?? 0 };
    }
    expect(last.checkpoints).toBe(10);
    expect(fitImages(CHOSEN, IMAGES, 100)).toBeNull();
  });

  it("leaves out only images that each of its checkpoints gets right", () => {
    const whole = fitImages(CHOSEN, IMAGES, Number.POSITIVE_INFINITY);
    const fitted = fitImages(CHOSEN, IMAGES, 0.6 * (whole?.bytes ?? 0));
    expect(fitted?.detail.isWhole).toBe(false);
    const [set] = IMAGES as [ChosenImages];
    const listed = new Set(fitted?.listed[0]);
    const shown = set.predicted.slice(0, fitted?.detail.checkpoints);
    for (let i = 0; i < set.images.length; i++) {
      expect(listed.has(i)).toBe(shown.some((predicted) => predicted[i] !== set.imageLabels[i]));
    }
  });
});

describe("fillPage", () => {
  const sets = [madeSet("a", "p", 60), madeSet("a", "other", 60), madeSet("b", "p", 60)];
  const filling = {
    sets,
    isDefault: ({ protocol }: ImageSetDetails) => protocol === "p",
    chosen: CHOSEN,
    images: IMAGES,
  };
  const sizeOf = (page: ReturnType<typeof fillPage>) => page.blocks.reduce((sum, block) => sum + block.length + 1, 0);

  it("keeps its blocks within their bytes, and reports what is missing", () => {
    const all = fillPage({ ...filling, bytes: Number.POSITIVE_INFINITY });
    expect([all.withoutCounts, all.withoutPairs]).toEqual([[], []]);
    for (let share = 0; share < 1; share += 0.1) {
      const bytes = share * sizeOf(all);
      const page = fillPage({ ...filling, bytes });
      expect(sizeOf(page)).toBeLessThanOrEqual(bytes + 1);
      expect(page.sets.length + page.withoutCounts.length).toBe(sets.length);
      expect(page.sets.filter(({ both }) => both === null)).toHaveLength(page.withoutPairs.length);
    }
  });

  it("leaves out protocols that are not the default before others", () => {
    const counts = { ...filling, chosen: [] };
    const all = fillPage({ ...counts, bytes: Number.POSITIVE_INFINITY });
    let cut = 0;
    for (let share = 0.4; share < 1; share += 0.02) {
      const page = fillPage({ ...counts, bytes: share * sizeOf(all) });
      const left = [...page.withoutCounts, ...page.withoutPairs].map(({ protocol }) => protocol);
      if (left.includes("p")) expect(left).toContain("other");
      if (left.length === 1) expect(left).toEqual(["other"]);
      cut += left.length;
    }
    expect(cut).toBeGreaterThan(0);
  });
});

describe("describeCuts", () => {
  const facts = {
    chosen: CHOSEN.map(String),
    rule: "by a rule",
    candidates: 300,
    limits: { page: 3e6, pictures: 8e6 },
  };

  it("states how many checkpoints are included, why, and how to include others", () => {
    const whole = fitImages(CHOSEN, IMAGES, Number.POSITIVE_INFINITY);
    expect(describeCuts(whole, facts)).toEqual([
      "Single images of 10 of 300 checkpoints are in this page, chosen: by a rule. For others, create the report with --images-of PATTERN.",
    ]);
    expect(describeCuts(whole, { ...facts, candidates: 10 })).toEqual([]);
    const fitted = fitImages(CHOSEN, IMAGES, 0.3 * (whole?.bytes ?? 0));
    const [which, images, steps] = describeCuts(fitted, facts);
    expect(which).toMatch(
      /^Single images of [1-9] of 300 .*; 10 were chosen, but the page is kept below 3.0 MB .*--budget 6/,
    );
    expect(images).toMatch(/^[\d,]+ images that these \d checkpoints all get right are not listed/);
    expect(steps).toMatch(/steps of (?:5|10) %/);
    expect(describeCuts(null, facts)[0]).toMatch(/^Single images of no checkpoint .*10 were chosen/);
  });
});

describe("orderForPictures", () => {
  it("takes each checkpoint's surest mistake of each benchmark before any's second, and no image twice", () => {
    const fitted = fitImages(CHOSEN, IMAGES, Number.POSITIVE_INFINITY);
    if (fitted === null) throw new Error("nothing fits");
    const wanted = orderForPictures(fitted, IMAGES, 5);
    const keys = wanted.map(({ benchmark, image }) => `${benchmark} ${image}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.length).toBeLessThanOrEqual(2 * 10 * 5);
    const firsts = new Set(
      IMAGES.flatMap((set) =>
        set.predicted.map((predicted, member) => {
          const mistakes = [...predicted.keys()].filter((i) => predicted[i] !== set.imageLabels[i]);
          const sure = (i: number) => set.confidence[member]?.[i] as number;
          return `${set.benchmark} ${set.images[mistakes.sort((a, b) => sure(b) - sure(a))[0] as number]}`;
        }),
      ),
    );
    expect(new Set(keys.slice(0, firsts.size))).toEqual(firsts);
  });

  it("goes on to what was right and least sure of", () => {
    const [set] = IMAGES as [ChosenImages];
    const fitted = fitImages([0], [set], Number.POSITIVE_INFINITY);
    if (fitted === null) throw new Error("nothing fits");
    expect(orderForPictures(fitted, [set], 1e6)).toHaveLength(set.images.length);
  });
});

describe("chooseForImages", () => {
  const result = (checkpoint: string, accuracy: number): ReportResult =>
    ({ checkpoint, benchmark: "imagenet", protocol: "1000", accuracy }) as ReportResult;
  const inputs = {
    candidates: Array.from({ length: 12 }, (_, i) => `c${i}`),
    focus: { subject: ["c3", "c4"], by: "highlight" as const },
    results: Array.from({ length: 12 }, (_, i) => result(`c${i}`, 0.5 + i / 100)),
    axes: IMAGENET_AXES,
    defaults: new Map([["imagenet", "1000"]]),
    patterns: [],
  };

  it("takes those in focus, then the most accurate, ten in all", () => {
    const { chosen, rule } = chooseForImages(inputs);
    expect(chosen).toEqual(["c4", "c3", "c11", "c10", "c9", "c8", "c7", "c6", "c5", "c2"]);
    expect(rule).toBe("the highlighted first, then the most accurate on ImageNet");
    const all = chooseForImages({ ...inputs, focus: { subject: [], by: "all" } });
    expect(all.chosen[0]).toBe("c11");
  });

  it("takes those named, in the order of the patterns, and refuses a pattern that nobody matches", () => {
    expect(chooseForImages({ ...inputs, patterns: ["c7", "c1*"] }).chosen).toEqual(["c7", "c11", "c10", "c1"]);
    expect(() => chooseForImages({ ...inputs, patterns: ["x"] })).toThrow(/--images-of x: no checkpoint/);
  });
});
