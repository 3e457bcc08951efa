import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseShard } from "../../../src/evaluation/embedding/shard.ts";
import type * as EmbedShard from "../../../src/evaluation/evaluate/embed-shard.ts";
import { built, checkpoints, demo, demoRun, shiftline } from "../../app/cli/run-cli.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import {
  EXPORTS,
  readTensors,
  shardTensors,
  type WeightName,
  weightBytes,
  weightFolder,
  weightPath,
} from "../../model/checkpoint/weight-folders.ts";
import { expectEqualPredictions, readCsv } from "./expected-predictions.ts";

const NAMES = Object.keys(EXPORTS) as WeightName[];
const resultOf = (out: string, id: string) => join(out, id, "imagenet", "1000", "simple-7");

/** The options that evaluate these weights on the demo images, each under its export's name. */
function weightRun(out: string, paths: Readonly<Record<string, string>>): string[] {
  const names = Object.entries(paths).flatMap(([id, path]) => ["--name", `${id}=${path}`]);
  const [command = "", ...options] = demoRun(out);
  return [command, ...Object.values(paths), ...options, ...names];
}

it("weights give the predictions of open_clip and transformers, like their exports", async () => {
  const out = join(temporaryFolder(), "results");
  const folders = Object.fromEntries(NAMES.map((name) => [EXPORTS[name], weightFolder(name)]));
  const { status, stderr } = await shiftline(weightRun(out, folders));
  expect(stderr).not.toMatch(/warning|defect/);
  expect(status).toBe(0);
  for (const id of Object.keys(folders)) {
    const expected = readCsv(join(checkpoints, `${id}.simple-7.expected.csv`));
    expectEqualPredictions(readCsv(join(resultOf(out, id), "predictions.csv")), expected);
  }
  const run = JSON.parse(readFileSync(join(resultOf(out, "hf-split"), "run.json"), "utf8"));
  expect(run.checkpoint).toMatchObject({
    layout: "hugging-face",
    architecture: { source: "config.json", format: "safetensors" },
    files: [{ role: "weights", path: "model.safetensors" }, {}, {}, {}, { role: "model config", path: "config.json" }],
  });
}, 180_000);

it("shards of a sweep embed an epoch file and sharded weights, in threads, as a single process does", async () => {
  const epoch = join(weightFolder("tiny", { "epoch_32.pt": readFileSync(weightPath("tiny.pt")) }), "epoch_32.pt");
  const sharded = weightFolder("hf-clip", shardTensors(readTensors(weightBytes("hf-clip"))));
  const paths = { "external-data": epoch, "hf-split": sharded };
  const out = join(temporaryFolder(), "results");
  const { embedShard } = await built<typeof EmbedShard>("evaluation/evaluate/embed-shard.js");
  for (const shard of ["1/3", "0/3", "2/3"]) {
    await embedShard(
      {
        checkpoints: Object.values(paths),
        names: Object.fromEntries(Object.entries(paths).map(([id, path]) => [path, id])),
        dataDirs: { imagenet: demo },
        allowIncomplete: true,
        templates: ["simple-7"],
        out,
        partSize: 10,
        threads: 2,
      },
      parseShard(shard),
    );
  }
  expect(existsSync(out)).toBe(false);
  const merged = await shiftline([...weightRun(out, paths), "--part-size", "10", "--merge-only"]);
  expect(merged.status).toBe(0);
  for (const id of Object.keys(paths)) {
    const expected = readCsv(join(checkpoints, `${id}.simple-7.expected.csv`));
    expectEqualPredictions(readCsv(join(resultOf(out, id), "predictions.csv")), expected);
  }
}, 180_000);

it("--arch is for weights: graphs and unknown names are refused before any work", async () => {
  const out = join(temporaryFolder(), "results");
  const graphs = await shiftline([...demoRun(out, "external-data"), "--arch", "ViT-B-32"]);
  expect([graphs.status, graphs.stderr]).toEqual([
    1,
    expect.stringMatching(/external-data: --arch ViT-B-32 applies to weights only, but this checkpoint consists of/),
  ]);
  const path = join(
    writeTree(temporaryFolder(), { "epoch_32.pt": readFileSync(weightPath("tiny.pt")) }),
    "epoch_32.pt",
  );
  const unknown = await shiftline([...weightRun(out, { tiny: path }), "--arch", "ViT-B-23"]);
  expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringMatching(/unknown architecture "ViT-B-23"/)]);
  expect(existsSync(out)).toBe(false);
});
