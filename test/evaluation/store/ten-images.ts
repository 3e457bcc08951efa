import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";

/** Ten images and a checkpoint, as inputs of a part store. */
export const manifest: Manifest = {
  benchmark: "imagenet",
  format: "folder",
  root: "/data",
  layout: "class-folders",
  images: collectImages(Array.from({ length: 10 }, (_, i) => ({ path: `${i}.jpg`, bytes: i, label: i }))),
  sha256: "m".repeat(64),
};
export const checkpoint = {
  id: "tiny",
  fingerprint: "f".repeat(64),
  preprocessing: {
    size: { height: 8, width: 8 },
    resizeMode: "shortest",
    interpolation: "bicubic",
    mean: [0, 0, 0],
    std: [1, 1, 1],
    fillColor: 0,
  },
} as const;
