import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { NOTHING_ASIDE } from "../../../src/data/sources/aside.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";
import { type PlanImagesOptions, planImages } from "../../../src/evaluation/evaluate/planned-images.ts";
import { resolveProtocols } from "../../../src/evaluation/evaluate/resolve-protocols.ts";

/** Images of ObjectNet as published: in the 113 folders that are scored, and in the other 200. */
const SCORED = 18_574;
const ALL = 50_273;

const objectnet = await readBenchmark("objectnet");

/** A full ObjectNet: its 313 folders, with its number of images. */
function located() {
  const folders = objectnet.classes.keys.get("folder") as readonly string[];
  const scored = (objectnet.classes.keys.get("class_index") as readonly string[]).map((index) => index !== "");
  const of = (wanted: boolean, n: number) => {
    const labels = [...scored.keys()].filter((label) => scored[label] === wanted);
    return Array.from({ length: n }, (_, i) => labels[i % labels.length] as number);
  };
  const labels = [...of(true, SCORED), ...of(false, ALL - SCORED)].sort((a, b) => a - b);
  const images = collectImages(labels.map((label, i) => ({ path: `${folders[label]}/${i}.png`, bytes: 9, label })));
  return {
    benchmark: objectnet,
    isUserDefined: false,
    located: { format: "folder", root: "/objectnet", layout: objectnet.layouts[0]!, images, aside: NOTHING_ASIDE },
  };
}

const objectNet = located();

async function plan(asked: Record<string, string[]> | undefined, options: PlanImagesOptions = {}) {
  const protocols = resolveProtocols(asked, [objectNet]);
  const { images } = await planImages(objectNet, { ...options, protocols }, async () => null as never);
  return images.map(({ preCrop, manifest, protocols: planned }) => ({
    preCrop,
    images: manifest.images.length,
    protocols: planned.map(({ protocol }) => protocol.id),
  }));
}

describe("the planned images of a full ObjectNet", () => {
  it("are only those of the requested protocols: 18,574 for open_clip's and CLIP_benchmark's", async () => {
    const only = [{ preCrop: 0, images: SCORED, protocols: ["objectnet-names"] }];
    expect(await plan({ objectnet: ["objectnet-names"] })).toEqual(only);
    expect(await plan({ "": ["objectnet-names"] })).toEqual(only);
    expect(await plan({ objectnet: ["imagenet-names-max-crop2"] })).toEqual([
      { preCrop: 2, images: SCORED, protocols: ["imagenet-names-max-crop2"] },
    ]);
    const all = [...only, { preCrop: 2, images: ALL, protocols: ["imagenet-names-max-crop2", "official"] }];
    expect(await plan(undefined)).toEqual(all);
  });
});
