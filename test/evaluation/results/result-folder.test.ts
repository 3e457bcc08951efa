import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ResultMetrics } from "../../../src/evaluation/results/metrics-file.ts";
import { checkFoldersDistinct, ignoresCase } from "../../../src/evaluation/results/result-collisions.ts";
import { resultFolder } from "../../../src/evaluation/results/result-folder.ts";
import { temporaryFolder } from "../../helpers.ts";
import { sampleResult } from "./sample-result.ts";

describe("result folders", () => {
  it("are named by checkpoint, benchmark, protocol and prompts, with class names if they are not the default", () => {
    const key = sampleResult({}, 1);
    expect(resultFolder("out", key, "imagenet-openai")).toBe(join("out", "a", "imagenet", "1000", "openai-80"));
    expect(resultFolder("out", { ...key, classNames: "mine" }, "imagenet-openai")).toBe(
      join("out", "a", "imagenet", "1000", "openai-80+mine"),
    );
  });

  it("are different for each result of a command, for any names", () => {
    const place = (of: Partial<ResultMetrics>) => {
      const key = sampleResult(of, 1);
      return { key, folder: resultFolder("out", key, "imagenet-openai") };
    };
    const joined = [place({ templates: "a+b" }), place({ templates: "a", classNames: "b" })];
    expect(() => checkFoldersDistinct(joined, false)).toThrow(
      /a on imagenet 1000 with templates a\+b and .* and a on imagenet 1000 with templates a and class names b would both be written to out/,
    );
    const cased = [place({ checkpoint: "ViT" }), place({ checkpoint: "vit" })];
    checkFoldersDistinct(cased, false);
    expect(() => checkFoldersDistinct(cased, true)).toThrow(/ViT on imagenet .* and vit on imagenet/);
  });

  it("are compared case-sensitively if the file system is case-sensitive", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "Letters"));
    expect(await ignoresCase(join(folder, "Letters", "out"))).toBe(existsSync(join(folder, "LETTERS")));
  });
});
