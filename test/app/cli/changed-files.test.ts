import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type * as EmbedShard from "../../../src/evaluation/evaluate/embed-shard.ts";
import type * as Evaluate from "../../../src/evaluation/evaluate/evaluate.ts";
import type { EvaluateOptions } from "../../../src/evaluation/evaluate/evaluate-options.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { encodeValues } from "../../../src/model/onnx/encode-model.ts";
import { temporaryFolder } from "../../helpers.ts";
import { openClipFolder } from "../../model/checkpoint/tiny-checkpoint.ts";
import { tinyText, tinyVision, visionWeights } from "../../model/checkpoint/tiny-towers.ts";
import { built, demo } from "./run-cli.ts";

// Uses the build: threads cannot start from the sources
const { evaluate } = await built<typeof Evaluate>("evaluation/evaluate/evaluate.js");
const { embedShard } = await built<typeof EmbedShard>("evaluation/evaluate/embed-shard.js");

const weights = (values: readonly number[]) => encodeValues({ type: "float32", values });
const negatedWeights = visionWeights(4).map((value) => -value);

/** Files of embeddings and scores below a run's folder, in words. */
function written(out: string): string[] {
  const all = [out, join(out, "..", ".shiftline", "store")].filter(existsSync);
  const names = all.flatMap((folder) => readdirSync(folder, { recursive: true }) as string[]);
  const kinds = { part: /part-.*npy$/, prompts: /prompts-.*npy$/, scores: /predictions|metrics/ };
  return Object.entries(kinds).flatMap(([kind, pattern]) => (names.some((name) => pattern.test(name)) ? [kind] : []));
}

/** What a training job may do to its latest checkpoint: overwrite the file, or rename another file to its path. */
const waysToChange: [string, (path: string, content: Uint8Array) => void][] = [
  ["overwritten in place", (path, content) => writeFileSync(path, content)],
  [
    "overwritten with its time set back",
    (path, content) => {
      const { atime, mtime } = statSync(path);
      writeFileSync(path, content);
      utimesSync(path, atime, mtime);
    },
  ],
  [
    "replaced by a rename",
    (path, content) => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    },
  ],
];

/** Evaluates, or embeds a shard, and changes something at a given moment. */
async function runAndChange(
  folder: string,
  change: () => void,
  moment: "planned" | "prompts embedded" | "images begun" = "planned",
  shard = false,
): Promise<{ error: Error | null; files: string[] }> {
  const out = join(temporaryFolder(), "results");
  let isDone = false;
  const changeAt = (now: typeof moment) => {
    if (now === moment && !isDone) {
      isDone = true;
      change();
    }
  };
  const options: EvaluateOptions = {
    checkpoints: [folder],
    dataDirs: { imagenet: demo },
    templates: ["single-1"],
    allowIncomplete: true,
    out,
    onNote: () => changeAt("planned"),
    onProgress: ({ phase, done, total }) => {
      if (phase === "images") changeAt("images begun");
      else if (done === total) changeAt("prompts embedded");
    },
  };
  const running: Promise<unknown> = shard ? embedShard(options, { index: 0, count: 1 }) : evaluate(options);
  const error = await running.then(
    () => null,
    (cause: Error) => cause,
  );
  expect(isDone).toBe(true);
  return { error, files: written(out) };
}

describe("a checkpoint that changes after it was hashed", () => {
  it.each(waysToChange)("is not stored under the old hash: a graph %s", async (_, change) => {
    const folder = openClipFolder();
    const [vision, text] = [join(folder, "visual.onnx"), join(folder, "textual.onnx")];
    const image = tinyVision({ activation: "GELU" });
    const beforeText = await runAndChange(folder, () => change(text, tinyText({ activation: "GELU" })));
    expect(beforeText.error?.message).toMatch(/textual.onnx: it changed while it was in use, .*run again/);
    expect(beforeText.error?.name).toBe("InputError");
    expect(beforeText.files).toEqual([]);
    // The prompts were stored before, come from the old graph and stay; the threads load the new graph for the images
    const beforeImages = await runAndChange(folder, () => change(vision, image), "prompts embedded");
    expect(beforeImages.error?.message).toMatch(/visual.onnx: it changed while it was in use/);
    expect(beforeImages.files).not.toContain("part");
    expect(beforeImages.files).not.toContain("scores");
  });

  it("is not stored when external weights of the same size change during the run, in a shard too", async () => {
    for (const shard of [false, true]) {
      for (const moment of ["planned", "images begun"] as const) {
        const files = { "v.data": weights(visionWeights(4)) };
        const folder = openClipFolder({ vision: { external: "v.data" }, files });
        const change = () => writeFileSync(join(folder, "v.data"), weights(negatedWeights));
        const found = await runAndChange(folder, change, moment, shard);
        expect(found.error?.message).toMatch(/v.data: it changed while it was in use/);
        expect(found.files).toEqual(moment === "planned" ? [] : ["prompts"]);
      }
    }
  });

  it("is not stored when its preprocessing has changed", async () => {
    const folder = openClipFolder();
    const config = join(folder, "open_clip_config.json");
    const text = readFileSync(config, "utf8").replace("0.5,0.5", "0.4,0.5");
    const { error, files } = await runAndChange(folder, () => writeFileSync(config, text));
    expect(error?.message).toMatch(/open_clip_config.json: it changed/);
    expect(files).toEqual([]);
  });

  it("is scored when the files were only touched, or rewritten with the same content", async () => {
    const folder = openClipFolder();
    const { error, files } = await runAndChange(folder, () => {
      const vision = join(folder, "visual.onnx");
      writeFileSync(vision, readFileSync(vision));
      cpSync(join(folder, "textual.onnx"), join(folder, "copy"));
      renameSync(join(folder, "copy"), join(folder, "textual.onnx"));
    });
    expect(error).toBeNull();
    expect(files).toEqual(["part", "prompts", "scores"]);
  });

  it("is opened in one consistent state or not at all while another program rewrites its configuration", async () => {
    const folder = openClipFolder();
    const path = join(folder, "open_clip_config.json");
    const first = readFileSync(path, "utf8");
    const contents = [first, first.replace("0.5,0.5,0.5", "0.4,0.5,0.5")];
    let stopped = false;
    const writer = (async () => {
      for (let i = 0; !stopped; i++) {
        writeFileSync(`${path}.new`, contents[i % 2] as string);
        renameSync(`${path}.new`, path);
        await new Promise((resolve) => setTimeout(resolve, i % 7));
      }
    })();
    const outcomes = { whole: 0, refused: 0 };
    while (outcomes.whole < 3 || outcomes.refused < 3) {
      const opened = await openCheckpoint(folder).catch((error: Error) => error);
      if (opened instanceof Error) {
        expect(opened.message).toMatch(/open_clip_config.json: it changed/);
        outcomes.refused++;
      } else {
        const parsed = opened.preprocessing.mean[0] === 0.5 ? contents[0] : contents[1];
        const hashed = opened.files.find((file) => file.path === "open_clip_config.json");
        expect(hashed?.sha256).toBe(sha256(parsed as string));
        outcomes.whole++;
      }
    }
    stopped = true;
    await writer;
  });

  it("is refused when it is missing or half written", async () => {
    const folder = openClipFolder();
    const checkpoint = await openCheckpoint(folder);
    await checkpoint.checkUnchanged();
    renameSync(join(folder, "visual.onnx"), join(folder, "away"));
    await expect(checkpoint.checkUnchanged()).rejects.toThrow(/visual.onnx: it changed while it was in use/);
    writeFileSync(join(folder, "visual.onnx"), tinyVision().subarray(0, 100));
    await expect(checkpoint.checkUnchanged()).rejects.toThrow(/visual.onnx: it changed/);
  });
});
