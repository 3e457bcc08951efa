import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { findArchitecture, openClipNames } from "../../../src/model/architectures/open-clip-names.ts";

const names = await openClipNames();
const nameOf = (wanted: string) => findArchitecture(names, wanted).name;

describe("open_clip's names", () => {
  it("are open_clip 3.3.0's 144 models and 196 pretrained names", () => {
    expect(names.source).toBe("open_clip 3.3.0");
    expect(Object.keys(names.models)).toHaveLength(144);
    expect(names.pretrained).toHaveLength(196);
    expect(names.pretrained.filter(({ model }) => !(model in names.models))).toEqual([]);
  });

  it("are found in open_clip's and OpenAI's spelling, in any case", () => {
    expect(nameOf("ViT-B-32-quickgelu")).toBe("ViT-B-32-quickgelu");
    expect(nameOf("ViT-B/32")).toBe("ViT-B-32");
    expect(nameOf("ViT-L/14@336px")).toBe("ViT-L-14-336");
    expect(nameOf("vit-l-14")).toBe("ViT-L-14");
    expect(nameOf("RN50x64")).toBe("RN50x64");
  });

  it("with a pretrained tag include open_clip's information about those weights", () => {
    const { pretrained } = findArchitecture(names, "ViT-B-16-SigLIP:webli");
    expect(pretrained).toMatchObject({ quick_gelu: false, repository: "timm/ViT-B-16-SigLIP" });
    expect(pretrained?.preprocess_cfg).toMatchObject({ resize_mode: "squash", mean: [0.5, 0.5, 0.5] });
    expect(findArchitecture(names, "ViT-B-32:LAION400M-e32").pretrained?.quick_gelu).toBe(true);
  });

  it("that are unknown are reported with the closest ones, and unknown tags with the model's tags", () => {
    expect(() => nameOf("ViT-B32")).toThrow(InputError);
    expect(() => nameOf("ViT-B32")).toThrow(/^unknown architecture "ViT-B32"; did you mean ViT-B-32, /);
    expect(() => nameOf("__proto__")).toThrow(/^unknown architecture "__proto__"/);
    expect(() => nameOf("ViT-B-16-plus-240:openai")).toThrow(
      'unknown pretrained tag "openai" of ViT-B-16-plus-240; known: laion400m_e31, laion400m_e32',
    );
    expect(() => nameOf("ViT-S-32:openai")).toThrow('unknown pretrained tag "openai" of ViT-S-32; it has none');
  });
});
