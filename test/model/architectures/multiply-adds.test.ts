import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileImageTower, compileTextTower } from "../../../src/model/architectures/compile.ts";
import { parseOpenClipConfig } from "../../../src/model/architectures/open-clip-config.ts";
import { openClipNames } from "../../../src/model/architectures/open-clip-names.ts";
import { openClipTowers } from "../../../src/model/architectures/open-clip-towers.ts";
import { takeTensors } from "../../../src/model/architectures/take-tensors.ts";
import { fixtures } from "../../helpers.ts";
import { recordTensors } from "./record-tensors.ts";
import { weightsOf } from "./shapes.ts";

interface Counts {
  /** multiply-adds of the tower in open_clip */
  readonly whole: number;
  /** those that the embedding does not need */
  readonly left: number;
  readonly parameters: number;
}

const { models } = JSON.parse(readFileSync(join(fixtures, "architectures/multiply-adds.json"), "utf8")) as {
  models: Readonly<Record<string, { readonly image: Counts; readonly text: Counts }>>;
};

/** open_clip 3.3.0 docs/model_profile.csv: image_mparams, text_mparams, image_gflops, text_gflops; a GFLOP is half a multiply-add. */
const PUBLISHED: Readonly<Record<string, readonly [number, number, number, number]>> = {
  "ViT-B-32": [87.85, 63.43, 8.82, 5.96],
  "ViT-B-16": [86.19, 63.43, 35.13, 5.96],
  "ViT-L-14": [303.97, 123.65, 162.03, 13.3],
  "ViT-H-14": [632.08, 354.03, 334.59, 47.09],
  RN50: [38.32, 63.69, 12.22, 5.96],
  "ViT-B-16-SigLIP": [92.88, 110.27, 35.42, 11.02],
  "ViT-L-14-CLIPA": [303.96, 110.25, 162.03, 5.47],
};

describe("the work and the size of a tower", () => {
  it.each(Object.entries(models))(
    "of %s equal PyTorch's count, minus products that are not computed",
    async (name, counts) => {
      const { models: known } = await openClipNames();
      const config = parseOpenClipConfig(known[name], name);
      const recorded = recordTensors();
      openClipTowers(recorded, config, name);
      const weights = weightsOf(Object.fromEntries(recorded.taken));
      const { image, text } = openClipTowers(takeTensors(weights), config, name);
      const compiled = { image: compileImageTower(image), text: compileTextTower(text) };
      for (const side of ["image", "text"] as const) {
        const { whole, left, parameters } = counts[side];
        expect(compiled[side].multiplyAdds, `${side} multiply-adds`).toBe(whole - left);
        expect(compiled[side].parameters, `${side} parameters`).toBe(parameters);
      }
    },
  );

  it.each(Object.entries(PUBLISHED))("of %s equal the published ones, for the whole tower", (name, published) => {
    const { image, text } = models[name] as { image: Counts; text: Counts };
    const [imageParameters, textParameters, imageGflops, textGflops] = published;
    // BatchNorm's running mean and variance are part of a ResNet's weights, but not parameters
    expect(image.parameters / 1e6).closeTo(imageParameters, name === "RN50" ? 0.06 : 0.005);
    expect(text.parameters / 1e6).closeTo(textParameters, 0.005);
    expect((2 * image.whole) / 1e9).closeTo(imageGflops, 0.005);
    expect((2 * text.whole) / 1e9).closeTo(textGflops, 0.005);
  });
});
