import { describe, expect, it } from "vitest";
import { visionGflop } from "../../bench/_vit-flops.ts";

// torch.utils.flop_counter.FlopCounterMode on open_clip 3.3.0's visual tower, one image, torch 2.13.0 on the CPU: convolution +
// addmm + mm. It does not count the two products inside the fused attention, 4 tokens² width per layer, which are added here.
const COUNTED = {
  "ViT-B-32": 231_211_008 + 8_493_465_600 + 786_432,
  "ViT-L-14": 308_281_344 + 155_222_802_432 + 1_572_864,
};

describe("visionGflop", () => {
  it("counts the operations of PyTorch's counter, and attention's products", () => {
    const base = { image_size: 224, patch_size: 32, width: 768, layers: 12 };
    expect(visionGflop(base, 512)).closeTo((COUNTED["ViT-B-32"] + 12 * 4 * 50 ** 2 * 768) / 1e9, 1e-9);
    const large = { image_size: 224, patch_size: 14, width: 1024, layers: 24 };
    expect(visionGflop(large, 768)).closeTo((COUNTED["ViT-L-14"] + 24 * 4 * 257 ** 2 * 1024) / 1e9, 1e-9);
  });
});
