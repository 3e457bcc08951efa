import { describe, expect, it } from "vitest";
import { closestNames, nearestName } from "../../src/foundation/closest-names.ts";

const NAMES = ["RN50", "ViT-B-32/openai", "ViT-L-14/laion2b", "convnext_large_d/laion2b"];

describe("closestNames", () => {
  it("gives those with the fewest changes first", () => {
    expect(closestNames("vit-b-23/openai", NAMES)[0]).toBe("ViT-B-32/openai");
    expect(closestNames("rn5", NAMES, { count: 1 })).toEqual(["RN50"]);
  });

  it("compares parts of names where a part may be meant", () => {
    expect(closestNames("laion", NAMES)[0]).toBe("RN50"); // of whole names, the short one needs the fewest changes
    expect(closestNames("laion", NAMES, { ofParts: true })[0]).toBe("ViT-L-14/laion2b");
    expect(closestNames("convnext_larg", NAMES, { ofParts: true })[0]).toBe("convnext_large_d/laion2b");
    expect(closestNames("l-14/lion", NAMES, { ofParts: true })[0]).toBe("ViT-L-14/laion2b");
  });
});

describe("nearestName", () => {
  it("returns the most likely name, and none where no name is near", () => {
    expect(nearestName("imagenet_r", ["imagenet", "imagenet-r", "imagenet-a"])).toBe("imagenet-r");
    expect(nearestName("probti", ["logit", "probit", "linear"])).toBe("probit");
    expect(nearestName("cubic", ["logit", "probit", "linear"])).toBeUndefined();
    expect(nearestName("x", [])).toBeUndefined();
  });
});
