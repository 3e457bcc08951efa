import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openClipNames } from "../../../src/model/architectures/open-clip-names.ts";
import { formatNamesTable, namedModels, withoutDepth } from "./names-table.ts";

const names = await openClipNames();
const models = namedModels(names);

describe("open_clip's 196 pretrained names", () => {
  it("are each tested by a case, or refused when their configuration is read", () => {
    const count = (kind: "tried" | "refused") =>
      models.filter(({ outcome }) => kind in outcome).flatMap(({ pretrained }) => pretrained).length;
    expect([count("tried"), count("refused")]).toEqual([138, 58]);
  });

  it("are tested with their configuration, only with reduced depth and vocabulary", () => {
    for (const { outcome } of models) {
      if (!("tried" in outcome)) continue;
      expect(withoutDepth(outcome.casesConfig)).toEqual(withoutDepth(outcome.config));
    }
  });

  it("are refused with the unsupported feature and advice", () => {
    const reasons = models.flatMap(({ outcome }) => ("refused" in outcome ? [outcome.refused] : []));
    for (const reason of reasons) {
      expect(reason).toMatch(
        /^(vision_cfg\.timm_model_name|text_cfg\.hf_model_name|multimodal_cfg)\b.* (is|are) not supported yet; export it to ONNX/,
      );
    }
  });

  it("are listed in docs/reference/architectures.md", async () => {
    const page = join(import.meta.dirname, "../../../docs/reference/architectures.md");
    await expect(formatNamesTable(names, models)).toMatchFileSnapshot(page);
  });
});
