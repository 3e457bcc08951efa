import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../helpers.ts";
import { weightFolder } from "../../model/checkpoint/weight-folders.ts";
import { quickRun, shiftline } from "./run-cli.ts";

/** A small SigLIP of open_clip, whose text embeddings depend on case, punctuation and padding. */
const NAME = "siglip-open-clip";

describe("shiftline convert", () => {
  it("writes a checkpoint in another layout with the same predictions as the weights, byte for byte", async () => {
    const root = temporaryFolder();
    cpSync(weightFolder(NAME), join(root, "weights"), { recursive: true });
    const names = ["weights", "hugging-face"];
    const words = ["convert", join(root, "weights"), "--out", join(root, "hugging-face"), "--layout", "hugging-face"];
    expect(await shiftline([...words, "--quiet"])).toMatchObject({ status: 0, stderr: "" });
    const paths = names.map((name) => join(root, name));
    const { status, stderr } = await shiftline([...quickRun(join(root, "results")), ...paths]);
    expect(stderr).not.toMatch(/warning/);
    expect(status).toBe(0);
    const [expected, found] = names.map((name) => {
      const folder = join(root, "results", name, "imagenet", "1000", "single-1");
      return readFileSync(join(folder, "predictions.csv"), "utf8");
    });
    expect(expected?.split("\n").length).toBeGreaterThan(100);
    expect(found).toBe(expected);
  }, 30_000);

  it("prints the files, their sizes and the next command", async () => {
    const out = join(temporaryFolder(), "converted checkpoint");
    const { status, stdout, stderr } = await shiftline(["convert", weightFolder(NAME), "--out", out]);
    expect(status).toBe(0);
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^ViT .* \(open_clip_config\.json\), layout open_clip$/),
      expect.stringMatching(/^parameters: 0\.0\d M in the image tower, 0\.0\d M in the text tower$/),
      "",
      expect.stringMatching(/^file +size$/),
      expect.stringMatching(/^-+ +-+$/),
      expect.stringMatching(/^visual\.onnx +\d+ bytes$/),
      expect.stringMatching(/^textual\.onnx +\d+ bytes$/),
      expect.stringMatching(/^open_clip_config\.json +\d+ bytes$/),
      expect.stringMatching(/^tokenizer\.json +\d+ bytes$/),
      expect.stringMatching(/^tokenizer_config\.json +\d+ bytes$/),
      expect.stringMatching(/^total +\d+ bytes$/),
      "",
    ]);
    expect(stderr).toBe(`next: npx shiftline inspect '${out}'\n`);
  });

  it("prints the same as JSON", async () => {
    const out = join(temporaryFolder(), "converted");
    const { status, stdout } = await shiftline(["convert", weightFolder(NAME), "--out", out, "--json"]);
    expect(status).toBe(0);
    const json = JSON.parse(stdout);
    expect(json).toMatchObject({ folder: out, layout: "open_clip", source: "open_clip_config.json", warnings: [] });
    expect(json.files.map((file: { path: string }) => file.path).sort()).toEqual(readdirSync(out).sort());
  });

  it.each([
    ["without --out", [], 2, /--out <folder> is missing/],
    ["for a layout that is none", ["--out", "x", "--layout", "coreml"], 2, /--layout coreml: expected open_clip, hugg/],
  ] as const)("refuses to write %s", async (_, words, expected, message) => {
    const { status, stdout, stderr } = await shiftline(["convert", weightFolder(NAME), ...words]);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([expected, ""]);
  });
});
