import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readClassNames } from "../../../src/evaluation/classifier/class-names.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { type CliResult, checkpoints, demo, quickRun, shiftline } from "./run-cli.ts";

function expectRefused({ status, stderr, stdout }: CliResult, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/ {4}at |defect/);
  expect([status, stdout]).toEqual([1, ""]);
}

const names = ["rooster", "bald eagle", "tarantula"];
const wnids = ["n01514668", "n01614925", "n01770393"];

const DEFINITION = {
  ...{ id: "birds", version: 1, title: "Birds", images: 6, classes: "classes.csv", classNames: "names.csv" },
  ...{ templates: "words.txt", folders: ["photos"], layouts: [{ kind: "class-folders", key: "folder" }] },
  protocols: [{ id: "all" }],
};

/** A custom benchmark of three classes of the demo images, in a separate folder. */
function ownBenchmark(folders: readonly string[] = names.map((name) => name.replace(" ", "_"))): string {
  const root = writeTree(temporaryFolder(), {
    "birds.json": JSON.stringify(DEFINITION),
    "classes.csv": `index,folder\n${folders.map((folder, i) => `${i},${folder}`).join("\n")}\n`,
    "names.csv": `index,name\n${names.map((name, i) => `${i},${name}`).join("\n")}\n`,
    "words.txt": "a photo of a {}.\n",
  });
  for (const [i, name] of names.entries()) {
    cpSync(join(demo, wnids[i] as string), join(root, "photos", name.replace(" ", "_")), { recursive: true });
  }
  return root;
}

const run = (root: string, out: string, checkpoint = "vit-open-clip", ...more: string[]) =>
  shiftline([
    "evaluate",
    join(checkpoints, checkpoint),
    "--benchmark",
    join(root, "birds.json"),
    "--allow-incomplete",
    "--out",
    out,
    ...more,
  ]);

const metricsIn = (out: string, ...place: string[]) =>
  JSON.parse(readFileSync(join(out, ...place, "metrics.json"), "utf8")).metrics[0].correct as number;

describe("evaluate with custom prompts", () => {
  it("refuses templates pasted from code, suggests the line to write, and writes nothing", async () => {
    const folder = writeTree(temporaryFolder(), {
      "mine.txt": '    "a photo of one {}.",\n    "a photo of many {}.",\n',
    });
    const out = join(folder, "results");
    const args = quickRun(out, "vit-open-clip").map((arg) => (arg === "single-1" ? join(folder, "mine.txt") : arg));
    expectRefused(
      await shiftline(args),
      /mine\.txt: looks pasted from code or a list \(.*\), .*: write a photo of one \{\}\. instead of "a photo of one \{\}\.", \(line 1\); 1 more line is invalid\n/,
    );
    expect(existsSync(out)).toBe(false);
  });

  it("reorders class names by their wnids", async () => {
    const { names: openai, columns } = await readClassNames("imagenet-openai");
    const ids = columns.get("wnid") as readonly string[];
    const rows = openai
      .map((name, i) => `${ids[i]},"${name.replaceAll('"', '""')}"`)
      .sort()
      .reverse();
    const folder = writeTree(temporaryFolder(), {
      "theirs.csv": `index,wnid,name\n${rows.map((row, i) => `${i},${row}`).join("\n")}\n`,
    });
    const out = join(folder, "results");
    const plain = await shiftline(quickRun(out, "vit-open-clip"));
    expect(plain.status).toBe(0);
    const { status, stderr } = await shiftline([
      ...quickRun(out, "vit-open-clip"),
      "--class-names",
      join(folder, "theirs.csv"),
    ]);
    expect(status).toBe(0);
    expect(stderr.match(/note: .*theirs\.csv: ordered by its column wnid, not by index/g)).toHaveLength(1);
    const place = join(out, "vit-open-clip", "imagenet", "1000");
    const [ours, theirs] = ["single-1", "single-1+theirs"].map((prompts) =>
      readFileSync(join(place, prompts, "predictions.csv"), "utf8"),
    );
    expect(theirs).toBe(ours);
  }, 60_000);

  it("refuses a file whose name leads to another folder, and two sets with the same folder", async () => {
    const folder = writeTree(temporaryFolder(), {
      ...{ "...txt": "a {}\n", "x.txt": "a {}\n", "x+y.txt": "the {}\n" },
    });
    const root = ownBenchmark();
    cpSync(join(root, "names.csv"), join(root, "y.csv"));
    const out = join(folder, "out", "results");
    expectRefused(
      await run(root, out, "vit-open-clip", "--templates", join(folder, "...txt")),
      /"\.\.", the file's name without its extension, means another folder/,
    );
    const name = ["--name", `..=${join(checkpoints, "vit-open-clip")}`];
    expectRefused(
      await run(root, out, "vit-open-clip", ...name),
      /"\.\." cannot name a checkpoint: it means another folder/,
    );
    expect(existsSync(join(folder, "out"))).toBe(false);
    expect((await run(root, out, "vit-open-clip", "--templates", join(folder, "x+y.txt"))).status).toBe(0);
    expectRefused(
      await run(root, out, "vit-open-clip", "--templates", join(folder, "x.txt"), "--class-names", join(root, "y.csv")),
      /x\+y: contains the result of templates x\+y and class names names, which has the same folder; rename/,
    );
  }, 60_000);
});

describe("a custom benchmark", () => {
  it("replaces no result if edited without a new version; a new title or layout is not an edit, a new version replaces", async () => {
    const root = ownBenchmark();
    const out = join(root, "results");
    expect((await run(root, out)).status).toBe(0);
    const place = ["vit-open-clip", "birds", "all", "words"];
    const before = readFileSync(join(out, ...place, "run.json"), "utf8");
    const edit = (more: object) => writeFileSync(join(root, "birds.json"), JSON.stringify({ ...DEFINITION, ...more }));
    edit({ protocols: [{ id: "all", preCrop: 2 }] });
    expectRefused(
      await run(root, out),
      /words: contains a result made with different settings \(another definition of the benchmark under one version\).*raise the version in .*birds\.json if this is intended, or choose another --out/,
    );
    expect(readFileSync(join(out, ...place, "run.json"), "utf8")).toBe(before);
    edit({ title: "Birds and a spider", layouts: [...DEFINITION.layouts, { kind: "web-dataset" }] });
    expect((await run(root, out)).status).toBe(0);
    edit({ version: 2, protocols: [{ id: "all", preCrop: 2 }] });
    expect((await run(root, out)).status).toBe(0);
    expect(JSON.parse(readFileSync(join(out, ...place, "run.json"), "utf8")).benchmark.pre_crop).toBe(2);
  }, 120_000);

  it("is not compared across an edit: compare and report distinguish the definitions", async () => {
    const root = ownBenchmark();
    const out = join(root, "results");
    expect((await run(root, out, "vit-open-clip")).status).toBe(0);
    writeFileSync(join(root, "words.txt"), "a drawing of a {}.\n");
    expect((await run(root, out, "hf-split")).status).toBe(0);
    const compared = await shiftline(["compare", "vit-open-clip", "hf-split", "--results", out]);
    expectRefused(
      compared,
      /birds all, words: vit-open-clip and hf-split were evaluated with a different template set of this name \([0-9a-f]{7} and [0-9a-f]{7}\)/,
    );
    const reported = await shiftline(["report", out, "--no-figures", "--quiet", "--json"]);
    expect(reported.status).toBe(0);
    const { warnings } = JSON.parse(reported.stdout) as { warnings: string[] };
    expect(
      warnings.filter((text) => text.startsWith("2 template sets have the name words and are distinguished: words (")),
    ).toHaveLength(1);
    expect(readFileSync(join(out, "report.html"), "utf8")).not.toContain('"made"');
  }, 120_000);

  it("with exchanged folders and names fails inspection, by definition and by data, and is not evaluated", async () => {
    const root = ownBenchmark(["bald_eagle", "rooster", "tarantula"]);
    const out = join(root, "results");
    const message =
      /names\.csv: names and classes contradict each other: the class whose folder is "bald_eagle" is named "rooster" \(index 0\)/;
    expectRefused(await run(root, out), message);
    expect(existsSync(out)).toBe(false);
    const definition = await shiftline(["inspect", join(root, "birds.json"), "--json"]);
    expect(definition.status).toBe(1);
    expect(JSON.parse(definition.stdout).problems).toMatchObject([
      { severity: "error", text: expect.stringMatching(message) },
    ]);
    const text = await shiftline(["inspect", join(root, "birds.json")]);
    expect([text.status, text.stdout]).toEqual([1, expect.stringMatching(/^FAILED .*contradict/m)]);
    const data = await shiftline([
      "inspect",
      join(root, "photos"),
      "--benchmark",
      join(root, "birds.json"),
      "--quiet",
      "--store",
      join(root, "store"),
    ]);
    expect(data.stdout).toMatch(/^WRONG {2}birds: .*names\.csv: names and classes contradict each\s+other/m);
    expect(data.status).toBe(1);
  }, 60_000);

  it("with one class under the name of another gets a warning, in run.json and with --quiet too", async () => {
    const root = ownBenchmark();
    writeFileSync(join(root, "names.csv"), "index,name\n0,cock\n1,rooster\n2,tarantula\n");
    const out = join(root, "results");
    const { status, stderr } = await run(root, out, "vit-open-clip", "--quiet");
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^warning: .*the class whose folder is "rooster" is named "cock" \(index 0\), and "rooster" is the name of index 1/m,
    );
    const { warnings } = JSON.parse(
      readFileSync(join(out, "vit-open-clip", "birds", "all", "words", "run.json"), "utf8"),
    );
    expect(warnings).toMatchObject([expect.stringMatching(/contradict each other/)]);
    expect(metricsIn(out, "vit-open-clip", "birds", "all", "words")).toBeLessThanOrEqual(6);
  }, 60_000);

  it("under the id of a shipped benchmark gets a warning if it differs", async () => {
    const root = ownBenchmark();
    writeFileSync(join(root, "birds.json"), JSON.stringify({ ...DEFINITION, id: "imagenet" }));
    const { status, stderr } = await run(root, join(root, "results"), "vit-open-clip", "--quiet");
    expect(status).toBe(0);
    expect(stderr).toMatch(
      /^warning: .*birds\.json: "imagenet" is the id of a shipped benchmark with different content/m,
    );
    expect(readdirSync(join(root, "results"))).toContain("vit-open-clip");
  }, 60_000);
});
