import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readResults } from "../../../src/evaluation/results/read-results.ts";
import { checkAccuraciesFile, rebuildAccuracies } from "../../../src/evaluation/results/rebuild-accuracies.ts";
import { checkCheckpointName } from "../../../src/evaluation/results/replaceable-result.ts";
import { describeWarnings, warningsOf } from "../../../src/evaluation/results/result-warnings.ts";
import { makeWarning } from "../../../src/foundation/notes.ts";
import { temporaryFolder } from "../../helpers.ts";
import { asNobody } from "../../permissions.ts";
import { lacksPermissions } from "../../system.ts";
import { sampleResult, writeSample } from "./sample-result.ts";

const write = (out: string, checkpoint: string, benchmark: string, run: object = {}, correct = 5) =>
  writeSample(out, sampleResult({ checkpoint, benchmark, templates: "t" }, correct), run);

async function three(): Promise<{ out: string; folders: string[] }> {
  const out = join(temporaryFolder(), "results");
  const folders = [
    await write(out, "a", "imagenet"),
    await write(out, "a", "imagenet-r"),
    await write(out, "b", "imagenet"),
  ];
  await rebuildAccuracies(out);
  return { out, folders };
}

const rows = (out: string) =>
  readFileSync(join(out, "accuracies.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").slice(0, 2).join(" "));

describe("results of a folder", () => {
  it.each([
    ["torn", (folder: string) => writeFileSync(join(folder, "metrics.json"), '{"schema": 1,'), /not JSON/],
    [
      "of a newer version",
      (folder: string) => writeFileSync(join(folder, "metrics.json"), '{"schema": 2}'),
      /schema 1/,
    ],
    [
      "no file",
      (folder: string) => {
        rmSync(join(folder, "metrics.json"));
        mkdirSync(join(folder, "metrics.json"));
      },
      /not a regular file/,
    ],
    [
      "of an endless link",
      (folder: string) => {
        rmSync(join(folder, "metrics.json"));
        symlinkSync("metrics.json", join(folder, "metrics.json"));
      },
      /a symbolic link that leads in a circle/,
    ],
  ] as const)(
    "are read except for the one that is %s, whose rows stay in accuracies.csv",
    async (_, damage, reason) => {
      const { out, folders } = await three();
      damage(folders[1] as string);
      const { results, problems } = await readResults(out);
      expect(results.map(({ folder }) => folder)).toEqual([folders[0], folders[2]]);
      expect(problems).toMatchObject([
        { place: ["a", "imagenet-r", "1000", "t"], reason: expect.stringMatching(reason) },
      ]);
      const [warning, ...more] = await rebuildAccuracies(out);
      expect(more).toEqual([]);
      expect(warning).toMatch(/metrics\.json: .*; accuracies\.csv keeps its rows$/);
      expect(rows(out)).toEqual(["a imagenet", "a imagenet-r", "b imagenet"]);
    },
  );

  it.skipIf(lacksPermissions)(
    "keep the rows of a checkpoint whose folder temporarily cannot be listed, and drop those of a removed one",
    async () => {
      const { out, folders } = await three();
      chmodSync(out, 0o777);
      chmodSync(join(out, "accuracies.csv"), 0o666);
      chmodSync(join(out, ".."), 0o755);
      rmSync(folders[2] as string, { recursive: true });
      chmodSync(join(out, "a"), 0);
      try {
        const warnings = await asNobody(() => rebuildAccuracies(out));
        expect(warnings).toEqual([
          expect.stringMatching(/results\/a: no permission to read it; accuracies\.csv keeps its rows/),
        ]);
        expect(rows(out)).toEqual(["a imagenet", "a imagenet-r"]);
      } finally {
        chmodSync(join(out, "a"), 0o755);
      }
    },
  );

  it("drop rows that are impossible or belong elsewhere", async () => {
    const { out, folders } = await three();
    const table = join(out, "accuracies.csv");
    writeFileSync(table, readFileSync(table, "utf8").replace(/^(a,imagenet-r,.*top1),0\.5,/m, "$1,0.6,"));
    writeFileSync(join(folders[1] as string, "metrics.json"), "");
    expect(await rebuildAccuracies(out)).toEqual([expect.stringMatching(/accuracies\.csv has no row for it$/)]);
    expect(rows(out)).toEqual(["a imagenet", "b imagenet"]);
  });

  it("are refused in a folder of another name", async () => {
    const { out } = await three();
    renameSync(join(out, "b"), join(out, "c"));
    const { results, problems } = await readResults(out);
    expect(results).toHaveLength(2);
    expect(problems).toMatchObject([
      { reason: expect.stringMatching(/it belongs to b\/imagenet\/1000\/t, which is not/) },
    ]);
  });

  it("are read through a link to another place, and only once if a link points to one of them", async () => {
    const { out } = await three();
    const elsewhere = temporaryFolder();
    renameSync(join(out, "b"), join(elsewhere, "b"));
    symlinkSync(join(elsewhere, "b"), join(out, "b"));
    symlinkSync("a", join(out, "latest"));
    const { results, problems } = await readResults(out);
    expect(results.map(({ metrics }) => metrics.checkpoint)).toEqual(["a", "a", "b"]);
    expect(problems).toEqual([]);
  });

  it("are refused if run.json is from another result, and include its warnings otherwise", async () => {
    const out = join(temporaryFolder(), "results");
    await write(out, "a", "imagenet", { warnings: ["labels are in another order", "labels are in another order"] });
    await write(out, "a", "imagenet-r", { warnings: ["labels are in another order"], images: { n: 10, expected: 10 } });
    await write(out, "b", "imagenet", { images: { n: 9, expected: 10 } });
    await write(out, "c", "imagenet", { warnings: "labels are in another order" });
    const { results, problems } = await readResults(out, { runs: true });
    expect(describeWarnings(warningsOf(results))).toEqual([
      "a, imagenet 1000, t; a, imagenet-r 1000, t: labels are in another order",
    ]);
    const about = { checkpoint: "a", benchmark: "imagenet", protocol: "1000", templates: "t" };
    const named = ["a, imagenet, protocol 1000: below chance", "a: texts are padded", "ab: is another"];
    expect(describeWarnings(named.map((text) => makeWarning(text, about)))).toEqual([
      "a, imagenet, protocol 1000: below chance",
      "a: texts are padded",
      "a, imagenet 1000, t: ab: is another",
    ]);
    expect(problems.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/b\/.*run\.json: images: 9, but metrics\.json in the same folder states 10/),
      expect.stringMatching(/c\/.*run\.json: warnings: /),
    ]);
  });

  it("name a file that prevents the check of a checkpoint's identity", async () => {
    const { out, folders } = await three();
    writeFileSync(join(folders[1] as string, "run.json"), '{"recipe": {"fingerprint": "f"');
    writeFileSync(join(folders[0] as string, "run.json"), '{"recipe": {"fingerprint": "f", "text_sha256": null}}');
    await expect(checkCheckpointName(out, "a", { fingerprint: "f", text: null })).rejects.toThrow(
      /run\.json: not JSON.*move it, or choose/,
    );
    await checkCheckpointName(out, "z", { fingerprint: "f", text: null });
  });
});

describe("accuracies.csv", () => {
  it("is not replaced if it is the user's table", async () => {
    const out = temporaryFolder();
    await checkAccuraciesFile(out);
    const userTable = "model,benchmark,accuracy\nmine,imagenet,0.5\n";
    writeFileSync(join(out, "accuracies.csv"), userTable);
    await expect(checkAccuraciesFile(out)).rejects.toThrow(
      /accuracies\.csv: not an accuracies\.csv of evaluate, .*--out/,
    );
    const { out: results } = await three();
    await checkAccuraciesFile(results);
    // another folder's table, copied here
    copyFileSync(join(results, "accuracies.csv"), join(out, "accuracies.csv"));
    await expect(checkAccuraciesFile(out)).rejects.toThrow(
      /no result of it is in this folder \(a, b\); it is not overwritten/,
    );
    mkdirSync(join(out, "b"));
    await checkAccuraciesFile(out);
  });
});
