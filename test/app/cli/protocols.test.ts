import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { fixtures, temporaryFolder } from "../../helpers.ts";
import { type CliResult, checkpoints, shiftline } from "./run-cli.ts";

interface ExpectedImage {
  readonly image: string;
  readonly label: number | readonly number[] | null;
  readonly top: readonly number[];
  readonly score: readonly number[];
}

interface Expected {
  readonly benchmark: string;
  readonly protocol: string;
  readonly templates: string;
  readonly n: number;
  readonly top1_correct: number;
  readonly top5_correct: number;
  readonly mean_per_class_recall: number;
  readonly images: readonly ExpectedImage[];
}

interface Result {
  readonly benchmark: string;
  readonly protocol: string;
  readonly n: number;
  readonly folder: string;
  readonly metrics: readonly { readonly metric: string; readonly value: number; readonly correct: number | null }[];
}

type Row = Record<string, string>;

const sketches = join(fixtures, "sketches");
const expected = JSON.parse(readFileSync(join(sketches, "expected.json"), "utf8")) as {
  tar_members: Record<string, Record<string, string>>;
  results: Expected[];
};

const evaluate = (out: string, ...args: string[]): Promise<CliResult> =>
  shiftline(["evaluate", join(checkpoints, "vit-open-clip"), "--allow-incomplete", "--json", "--out", out, ...args]);

const predictionsIn = (folder: string): Row[] =>
  parse(readFileSync(join(folder, "predictions.csv"), "utf8"), { columns: true });

/** Summation order in another runtime: measured below 1e-6. */
const COSINE_TOLERANCE = 1e-5;

function nearTie(scores: readonly number[], place: number): boolean {
  const near = (neighbor: number) =>
    Math.abs((scores[place] as number) - (scores[neighbor] ?? Number.NaN)) < 2 * COSINE_TOLERANCE;
  return scores[place] !== scores[0] && (near(place - 1) || near(place + 1) || place === scores.length - 1);
}

function expectEqual(result: Result, reference: Expected): void {
  const correct = (name: string) => result.metrics.find((metric) => metric.metric === name);
  expect([result.n, correct("top1")?.correct, correct("top5")?.correct]).toEqual([
    reference.n,
    reference.top1_correct,
    reference.top5_correct,
  ]);
  expect(correct("mean_per_class_recall")?.value).closeTo(reference.mean_per_class_recall, 1e-12);
  const rows = new Map(predictionsIn(result.folder).map((row) => [row.image as string, row]));
  expect(rows.size).toBe(reference.images.length);
  for (const { image, label, top, score } of reference.images) {
    const row = rows.get(image) as Row;
    const right = label === null ? [] : [label].flat().sort((a, b) => a - b);
    expect([image, row.label]).toEqual([image, right.join(";")]);
    // Places whose scores differ by less than rounding may be exchanged: only their scores are compared
    const certain = top.filter((_, i) => !nearTie(score, i));
    const ours = top.map((_, i) => Number(row[`top${i + 1}`])).filter((_, i) => !nearTie(score, i));
    expect([image, ...ours]).toEqual([image, ...certain]);
    for (const [i, cosine] of score.entries()) expect(Number(row[`score${i + 1}`])).closeTo(cosine, COSINE_TOLERANCE);
  }
}

const simple = expected.results.filter(({ templates }) => templates === "simple-7");

describe("evaluate on a root with every benchmark, in one command", () => {
  it("gives open_clip's n, correct and predictions under every protocol", async () => {
    const out = join(temporaryFolder(), "results");
    const { status, stdout } = await evaluate(out, "--data", join(sketches, "root"), "--templates", "simple-7");
    expect(status).toBe(0);
    const results = JSON.parse(stdout) as Result[];
    const key = ({ benchmark, protocol }: { benchmark: string; protocol: string }) => `${benchmark} ${protocol}`;
    expect(results.map(key).sort()).toEqual(simple.map(key).sort());
    expect(results.length).toBe(15);
    for (const result of results) {
      expectEqual(result, simple.find((reference) => key(reference) === key(result)) as Expected);
    }
    const accuracies = parse(readFileSync(join(out, "accuracies.csv"), "utf8"), { columns: true }) as Row[];
    expect(accuracies.length).toBe(15 * 3);
  }, 60_000);

  it("scores the requested protocols, and names those that do not exist", async () => {
    const out = join(temporaryFolder(), "results");
    const args = ["--data", join(sketches, "root"), "--templates", "single-1", "--benchmark", "objectnet,imagenet-a"];
    const run = (...asked: string[]) =>
      evaluate(out, ...args, ...asked.flatMap((protocol) => ["--protocol", protocol]));
    const { stdout } = await run("objectnet=official", "objectnet=objectnet-names");
    const found = (JSON.parse(stdout) as Result[]).map(({ benchmark, protocol }) => `${benchmark} ${protocol}`);
    expect(found.sort()).toEqual([
      ...["imagenet-a 1000", "imagenet-a 200", "objectnet objectnet-names", "objectnet official"],
    ]);
    expect((await run("objectnet=offical")).stderr).toMatch(
      /objectnet has no protocol "offical"; known: .*; did you mean official\?/,
    );
    expect((await run("imagenet=1000")).stderr).toMatch(/imagenet: not evaluated here; evaluated: .*objectnet/);
  }, 60_000);

  it("scores a class list like the protocol with the same classes", async () => {
    const folder = temporaryFolder();
    const wnids = readFileSync(join(fixtures, "../../benchmarks/classes/imagenet-r.csv"), "utf8").match(/n\d{8}/g);
    const list = join(folder, "r-classes.txt");
    writeFileSync(list, [...(wnids ?? [])].reverse().join("\n"));
    const out = join(folder, "results");
    const args = ["--data", join(sketches, "root"), "--templates", "simple-7"];
    const whole = await evaluate(out, ...args, "--benchmark", "imagenet,imagenet-r", "--protocol", "imagenet-r,200");
    const listed = await evaluate(out, ...args, "--benchmark", "imagenet,imagenet-r", "--classes", list);
    const folders = (result: CliResult) => (JSON.parse(result.stdout) as Result[]).map((row) => row.folder);
    expect(folders(listed)).toEqual(
      ["imagenet/1000", "imagenet-r/200"].map((task) => join(out, "vit-open-clip", `${task}@r-classes`, "simple-7")),
    );
    for (const [i, place] of folders(listed).entries()) {
      const same = (file: string) => readFileSync(join(place, file), "utf8");
      const reference = (file: string) => readFileSync(join(folders(whole)[i] as string, file), "utf8");
      expect(same("predictions.csv")).toBe(reference("predictions.csv"));
      expect(same("classes.csv")).toBe(reference("classes.csv"));
      expect(JSON.parse(same("metrics.json")).metrics).toEqual(JSON.parse(reference("metrics.json")).metrics);
    }
    writeFileSync(list, (wnids ?? []).slice(1).join("\n"));
    const otherClasses = await evaluate(out, ...args, "--benchmark", "imagenet", "--classes", list);
    expect(otherClasses.stderr).toMatch(/contains a result made with another list of classes of this name/);
  }, 60_000);

  it("gives the same with the eighty templates", async () => {
    const out = join(temporaryFolder(), "results");
    const { status, stdout } = await evaluate(
      out,
      "--data",
      join(sketches, "root"),
      "--benchmark",
      "objectnet,imagenet-r",
    );
    expect(status).toBe(0);
    const results = JSON.parse(stdout) as Result[];
    expect(results.length).toBe(5);
    for (const result of results) {
      const reference = expected.results.find(
        ({ benchmark, protocol, templates }) =>
          benchmark === result.benchmark && protocol === result.protocol && templates === "openai-80",
      );
      expectEqual(result, reference as Expected);
    }
  }, 60_000);
});

describe("layouts of one set", () => {
  it("give the same predictions from tars as from folders, except for the image column", async () => {
    const folder = temporaryFolder();
    const sets = [
      ["imagenet-r", join(sketches, "root", "imagenet-r"), "wds_imagenet-r"],
      ["imagenet-v2", join(sketches, "root", "imagenetv2-matched-frequency-format-val"), "wds_imagenetv2"],
    ] as const;
    for (const [benchmark, root, tars] of sets) {
      const run = async (name: string, data: string) => {
        const { status, stdout } = await evaluate(
          join(folder, name),
          "--data-dir",
          `${benchmark}=${data}`,
          "--templates",
          "single-1",
        );
        expect(status).toBe(0);
        return JSON.parse(stdout) as Result[];
      };
      const fromFolder = await run(`${benchmark}-folder`, root);
      const fromTars = await run(`${benchmark}-tars`, join(sketches, "wds", tars));
      for (const [i, result] of fromTars.entries()) {
        const members = expected.tar_members[tars] as Record<string, string>;
        const renamed = new Map(
          predictionsIn(result.folder).map((row) => [members[row.image as string] as string, row]),
        );
        for (const row of predictionsIn((fromFolder[i] as Result).folder)) {
          const { image, content } = row; // the tars hold the same pixels in another format
          expect({ ...renamed.get(image as string), image, content }).toEqual(row);
        }
        expect(renamed.size).toBe(result.n);
      }
    }
  }, 60_000);

  it("give the same scores for V2 in wnid folders, and ImageNet flat or in folders", async () => {
    const folder = temporaryFolder();
    const correct = async (name: string, benchmark: string, data: string) => {
      const args = ["--data-dir", `${benchmark}=${data}`, "--templates", "simple-7"];
      const { status, stdout } = await evaluate(join(folder, name), ...args);
      expect(status).toBe(0);
      const [result] = JSON.parse(stdout) as [Result];
      return [result.n, result.metrics[0]?.correct];
    };
    const reference = (id: string) => {
      const found = simple.find(({ benchmark, protocol }) => benchmark === id && protocol === "1000") as Expected;
      return [found.n, found.top1_correct];
    };
    expect(await correct("v2", "imagenet-v2", join(sketches, "v2-wnid", "imagenetv2-matched-frequency"))).toEqual(
      reference("imagenet-v2"),
    );
    expect(await correct("flat", "imagenet", join(sketches, "flat"))).toEqual(reference("imagenet"));
  }, 60_000);
});
