import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listBaselines } from "../../../src/analysis/robustness/read-baseline.ts";
import { readCitations } from "../../../src/app/cli/read-citations.ts";
import { listBenchmarks, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { parseBibEntries } from "../../../src/foundation/files/bib-entries.ts";
import { listNamedFiles } from "../../../src/foundation/files/named-data.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeResults } from "../../output/make-results.ts";
import { skipUnless } from "../../require.ts";
import { shiftline } from "./run-cli.ts";

const keysOf = (text: string) => parseBibEntries(text, "output").map(({ key }) => key);

describe("the references", () => {
  it("have an entry for everything that ships, and no unused entry", async () => {
    const { references, uses } = await readCitations();
    const benchmarks = await Promise.all((await listBenchmarks()).map(readBenchmark));
    for (const { id, cite } of benchmarks) expect(cite?.length, id).toBeGreaterThan(0);
    expect(Object.keys(uses.baselines).sort()).toEqual(await listBaselines());
    const templates = (await listNamedFiles("prompts/templates", ".txt")).map(({ id }) => id);
    expect(Object.keys(uses.templates).sort()).toEqual(templates);
    const used = [
      ...benchmarks.flatMap(({ cite }) => cite ?? []),
      ...Object.values(uses.baselines).flat(),
      ...Object.values(uses.templates).flat(),
      ...Object.values(uses.methods).flatMap(({ cite }) => cite),
    ];
    expect([...new Set(used)].sort()).toEqual([...references.keys()].sort());
  });

  it("have authors, a title, a year and a place each", async () => {
    for (const { key, text } of (await readCitations()).references.values()) {
      const fields = new Map([...text.matchAll(/^ {2}(\w+) *= \{(.*)\},?$/gm)].map(([, name, value]) => [name, value]));
      expect(fields.size + 2, key).toBe(text.split("\n").length);
      for (const name of ["author", "title", "year"]) expect(fields.get(name), `${key} ${name}`).toMatch(/\S/);
      expect(key).toContain(fields.get("year"));
      expect(
        ["booktitle", "journal", "howpublished"].some((name) => fields.has(name)),
        key,
      ).toBe(true);
    }
  });

  const hasBibtex = spawnSync("bibtex", ["--version"]).status === 0;
  describe.skipIf(skipUnless("latex", hasBibtex, "bibtex is not installed (apt-get install texlive-latex-base)"))(
    "",
    () => {
      it("are read by bibtex without a warning", async () => {
        const cwd = temporaryFolder();
        const refs = await shiftline(["cite", "openclip", "--baseline", "imagenet-testbed", "--out", "refs.bib"], {
          cwd,
        });
        expect([refs.status, refs.stdout, refs.stderr]).toEqual([0, "", "written to refs.bib\n"]);
        writeTree(cwd, { "all.aux": "\\relax\n\\citation{*}\n\\bibstyle{plain}\n\\bibdata{refs}\n" });
        const log = String(execFileSync("bibtex", ["all"], { cwd }));
        expect(log).not.toMatch(/warning|error/i);
        const items = readFileSync(join(cwd, "all.bbl"), "utf8").match(/\\bibitem/g);
        expect(items?.length).toBe(keysOf(readFileSync(join(cwd, "refs.bib"), "utf8")).length);
      });
    },
  );
});

describe("shiftline cite", () => {
  it("prints each benchmark's entries once, with their purpose", async () => {
    const { status, stdout, stderr } = await shiftline([
      "cite",
      "--benchmark",
      "imagenet-v2,imagenet-v2-top,imagenet-r",
    ]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(keysOf(stdout)).toEqual(["recht2019imagenet", "hendrycks2021many", "clopper1934use"]);
    expect(stdout).toMatch(
      /^% data: ImageNetV2, matched frequency\n% data: ImageNetV2, .*\n@inproceedings\{recht2019imagenet,\n/,
    );
  });

  it("prints the entries of results: data, prompts, the baseline and methods", async () => {
    const folder = temporaryFolder();
    const options = { imagesPerClass: 1, benchmarks: ["imagenet", "imagenet-a"] };
    const results = makeResults(join(folder, "results"), { checkpoints: ["a", "b"], ...options });
    const { stdout } = await shiftline(["cite", results]);
    expect(keysOf(stdout)).toEqual(
      expect.arrayContaining(["deng2009imagenet", "hendrycks2021natural", "radford2021learning", "taori2020measuring"]),
    );
    expect(stdout).toMatch(/% prompts: openai-80\n% baseline: openai-clip\n@inproceedings\{radford2021learning/);
    expect(keysOf(stdout)).toContain("mcnemar1947note");
    const single = makeResults(join(folder, "single"), { checkpoints: ["a"], ...options });
    expect(keysOf((await shiftline(["cite", single])).stdout)).not.toContain("mcnemar1947note");
    const json = JSON.parse((await shiftline(["cite", single, "--json"])).stdout) as { what: string }[];
    expect(json.map(({ what }) => what)).toContain("prompts: openai-80");
    const again = await shiftline(["cite", single, "--out", folder]);
    expect(again.stderr).toBe(`written to ${join(folder, "citations.bib")}\n`);
    expect((await shiftline(["cite", single, "--out", folder])).status).toBe(0);
    const written = join(folder, "citations.bib");
    appendFileSync(written, "\n@misc{mine, title = {An entry added by hand}}\n");
    const kept = await shiftline(["cite", single, "--out", folder]);
    expect([kept.status, kept.stderr]).toEqual([1, expect.stringContaining("cite, or was edited since; it is not")]);
    expect(readFileSync(written, "utf8")).toContain("added by hand");
    writeTree(folder, { "mine.bib": "@misc{a,}\n" });
    const refused = await shiftline(["cite", single, "--out", join(folder, "mine.bib")]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("was not written by shiftline cite")]);
  });

  it("refuses an invalid baseline, and names a baseline without references", async () => {
    const folder = temporaryFolder();
    writeTree(folder, { "line.csv": "checkpoint,benchmark,value\na,imagenet,0.5\n" });
    const run = (baseline: string) => shiftline(["cite", "openclip", "--baseline", baseline], { cwd: folder });
    const refused = await run("openai-clipp");
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("openai-clipp: no such file")]);
    expect((await run("line.csv")).stderr).toContain("no citation is known for line.csv");
  });

  it("accepts a custom benchmark with its entries, and names one without", async () => {
    const folder = temporaryFolder();
    const definition = {
      ...{ id: "fruit", version: 1, title: "Fruit", images: 1, classes: "classes.csv", classNames: "names.csv" },
      ...{ layouts: [{ kind: "class-folders", key: "folder" }], protocols: [{ id: "top-1" }] },
    };
    writeTree(folder, {
      "fruit.json": JSON.stringify({ ...definition, cite: ["fruit.bib", "radford2021learning"] }),
      "plain.json": JSON.stringify({ ...definition, id: "plain" }),
      "wrong.json": JSON.stringify({ ...definition, id: "wrong", cite: ["nobody1999"] }),
      "fruit.bib": "A comment.\n@misc{fruit2026, title = {Fruit \\} of {mine}}, year = 2026}\n",
      "classes.csv": "index,folder\n0,banana\n",
      "names.csv": "index,name\n0,banana\n",
    });
    const run = (name: string) => shiftline(["cite", "--benchmark", join(folder, name)]);
    expect((await run("fruit.json")).stdout).toContain(
      "% data: Fruit\n@misc{fruit2026, title = {Fruit \\} of {mine}}, year = 2026}\n\n% data: Fruit\n@inproceedings{radford",
    );
    expect((await run("plain.json")).stderr).toContain("note: no citation is known for plain; ");
    expect((await run("wrong.json")).stderr).toMatch(
      /wrong\.json: cite: nobody1999: expected the name of a \.bib file/,
    );
  });
});

describe("parseBibEntries", () => {
  it.each([
    ["@misc{a, title = {x}\n", /refs\.bib: entry a: its brace is not closed/],
    ["@misc{a,}\n@misc{a,}\n", /refs\.bib: entry a appears twice/],
  ])("refuses %j", (text, message) => {
    expect(() => parseBibEntries(text, "refs.bib")).toThrow(message);
  });
});
