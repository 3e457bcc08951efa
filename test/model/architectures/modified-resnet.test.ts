import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { modifiedResNet } from "../../../src/model/architectures/modified-resnet.ts";
import { resNetMultiplyAdds } from "../../../src/model/architectures/multiply-adds.ts";
import { parseOpenClipConfig } from "../../../src/model/architectures/open-clip-config.ts";
import { openClipNames } from "../../../src/model/architectures/open-clip-names.ts";
import { recordTensors } from "./record-tensors.ts";

const names = await openClipNames();

function towerOf(model: string, imageSize?: number) {
  const { vision, embeddingWidth } = parseOpenClipConfig(names.models[model], model);
  if (vision.kind !== "modified-resnet") throw new Error(`${model} is not a ResNet`);
  const size = imageSize ?? vision.imageSize.height;
  const config = { ...vision, imageSize: { height: size, width: size } };
  return modifiedResNet(recordTensors(), config, embeddingWidth, "x.json");
}

describe("CLIP's ResNet", () => {
  // multiply-adds of the convolutions, counted by hooks on open_clip 3.3.0's modules for an image of zeros (torch 2.13.0)
  it.each([
    ["RN50", 5_367_226_368],
    ["RN101", 9_079_447_552],
    ["RN50x4", 19_497_646_080],
    ["RN50x16", 70_118_866_944],
    ["RN50x64", 253_493_968_896],
  ])("%s has as many multiply-adds as open_clip's convolutions and its attention pool", (model, convolutions) => {
    const tower = towerOf(model);
    const { query, output, positions, heads } = tower.pool;
    const [count, width] = positions.shape as [number, number];
    const pool = 3 * width * width + (output.weight.shape[0] as number) * width + 2 * heads * count * width;
    expect(query.weight.shape).toEqual([width, width]);
    expect(resNetMultiplyAdds(tower)).toBe(convolutions + pool);
  });

  it("accepts image sizes that fit its pool's square of positions, as open_clip counts them", () => {
    expect(towerOf("RN50", 250).pool.positions.shape).toEqual([50, 2048]);
    for (const size of [16, 31, 63, 255]) {
      expect(() => towerOf("RN50", size)).toThrow(InputError);
      expect(() => towerOf("RN50", size)).toThrow(
        `x.json: vision_cfg.image_size ${size}: not a size that open_clip's ResNet`,
      );
    }
  });
});
