import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../../src/app/cli/command-line.ts";
import { withConfigFile } from "../../../src/app/cli/config-file.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { checkpoints, demo, shiftline } from "./run-cli.ts";

/** The words of a line after expansion of a `--config` file with this content, without the words that name the file. */
async function expand(content: string, words: readonly string[], name = "options.yaml"): Promise<string[]> {
  const file = join(writeTree(temporaryFolder(), { [name]: content }), name);
  const [command = "", ...after] = words;
  const line = await withConfigFile(
    [command, `--config=${file}`, ...after],
    buildProgram(async () => true),
  );
  return line.filter((word) => !word.startsWith("--config"));
}

const YAML = `# the sweep of July
checkpoints: [a, b]
data: /data
data-dir:
  imagenet: /data/val
benchmark: [imagenet, imagenet-r]
templates: openai-80,simple-7
limit: 0100
allow-incomplete: true
skip-unreadable: false
quiet: true
`;

describe("--config", () => {
  it("is replaced by the options and arguments of the file, in YAML and in JSON, as if typed", async () => {
    const words = await expand(YAML.replace("0100", "100"), ["evaluate"]);
    expect(words).toEqual([
      ...[
        "evaluate",
        "--data=/data",
        "--data-dir=imagenet=/data/val",
        "--benchmark=imagenet",
        "--benchmark=imagenet-r",
      ],
      ...["--templates=openai-80,simple-7", "--limit=100", "--allow-incomplete", "--quiet", "--", "a", "b"],
    ]);
    const json = '{\n\t"checkpoint": "a",\n\t"limit": 7, "data-dir": {"imagenet": "v"}, "quiet": true}';
    expect(await expand(json, ["evaluate"], "options.json")).toEqual([
      "evaluate",
      "--limit=7",
      "--data-dir=imagenet=v",
      "--quiet",
      "--",
      "a",
    ]);
    expect(await expand("class-names: 007\n", ["evaluate", "a"])).toContain("--class-names=007");
  });

  it("is overridden by the command line: an option with all its values, and the arguments", async () => {
    const words = await expand(YAML.replace("0100", "100"), ["evaluate", "c", "--benchmark", "objectnet", "--limit=5"]);
    expect(words).toEqual([
      ...["evaluate", "--data=/data", "--data-dir=imagenet=/data/val", "--templates=openai-80,simple-7"],
      ...["--allow-incomplete", "--quiet", "c", "--benchmark", "objectnet", "--limit=5"],
    ]);
    expect(await expand("results: [a, b]\n", ["table", "c"])).toEqual(["table", "c"]);
    expect(await expand("results: [a, b]\n", ["table"])).toEqual(["table", "--results=a", "--results=b"]);
    expect(await expand("checkpoint: a\n", ["compare", "--", "-b"])).toEqual(["compare", "--", "-b"]);
  });

  it("works for subcommands", async () => {
    const file = join(writeTree(temporaryFolder(), { "s.yaml": "shards: 4\nclaim:\n  c: /vol\n" }), "s.yaml");
    const words = ["submit", "kubernetes", "a", "--image", "i", "--config", file];
    expect(
      await withConfigFile(
        words,
        buildProgram(async () => true),
      ),
    ).toEqual(["submit", "kubernetes", "--shards=4", "--claim=c=/vol", ...words.slice(2)]);
  });

  it.each<[string, RegExp]>([
    ["bench: x\n", /options\.yaml: evaluate has no option bench; known: .*benchmark/],
    ["data_dir:\n  a: b\n", /no option data_dir; did you mean data-dir\?/],
    ["config: other.yaml\n", /no option config/],
    ["limit: 0100\n", /options\.yaml: limit: 0100: expected a positive integer/],
    ["limit: [1, 2]\n", /limit: expected a value$/],
    ["benchmark:\n", /benchmark: expected a value or a list of values/],
    ["benchmark: [[a]]\n", /benchmark: expected a value$/],
    ["data-dir: [imagenet]\n", /data-dir: imagenet: expected ID=PATH/],
    ["benchmark: {imagenet: a}\n", /benchmark: expected a value or a list/],
    ["dry-run: yes\n", /dry-run: expected true or false, got yes/],
    ["limit: 1\nlimit: 2\n", /options\.yaml: limit appears twice/],
    ["data-dir: {a: b, a: c}\n", /data-dir: a appears twice/],
    ["- a\n", /expected options as "name: value"/],
    ["", /expected options as "name: value"/],
    ["? [a]\n: b\n", /expected the name of an option/],
    ["data: &d /data\nstore: *d\n", /store: expected a value/],
    ["data: !!js/function x\n", /options\.yaml: Unresolved tag/],
    ["data: [\n", /options\.yaml: /],
    ["__proto__: {a: b}\n", /no option __proto__/],
  ])("refuses %j", async (content, message) => {
    const error = await expand(content, ["evaluate", "a"]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message.slice(0, 2000)).toMatch(message);
  });

  it("accepts or refuses any content of the file, and never fails otherwise", async () => {
    const token = fc.constantFrom(
      "data",
      "limit",
      "benchmark",
      "data-dir",
      ": ",
      ":",
      "\n",
      "  ",
      "- ",
      "[",
      "]",
      "{",
      "}",
      ",",
    );
    const odd = fc.constantFrom(
      "&a",
      "*a",
      "!!set",
      "|",
      ">",
      "?",
      "'",
      '"',
      "#",
      "---",
      "%YAML 9",
      "<<",
      "\t",
      "\u0000",
      "é",
    );
    const text = fc.array(fc.oneof({ weight: 3, arbitrary: token }, odd), { maxLength: 20 }).map((all) => all.join(""));
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        const result = await expand(content, ["evaluate", "a"]).catch((error: unknown) => error);
        expect(Array.isArray(result) || result instanceof InputError).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("refuses a file that nests deeply or is large", async () => {
    await expect(expand(`data: ${"[".repeat(20_000)}\n`, ["evaluate", "a"])).rejects.toThrow(InputError);
    const keys = Array.from({ length: 50_000 }, (_, i) => `a${i}: b\n`).join(""); // comparing every pair takes a minute
    await expect(expand(keys, ["evaluate", "a"])).rejects.toThrow(/has no option a0;/);
    await expect(expand(`data-dir: {${keys.replaceAll("\n", ",")}}`, ["evaluate", "a"])).rejects.toThrow(
      /more than 10000/,
    );
    await expect(expand(`#${"x".repeat(1_000_000)}\n`, ["evaluate", "a"])).rejects.toThrow(/1000000|1 MB|1\.0 MB/);
  });

  it("runs an evaluation whose record has the resulting options; paths resolve as on the command line", async () => {
    const folder = temporaryFolder();
    writeTree(folder, {
      "configs/run.yaml": `checkpoint: ${join(checkpoints, "vit-open-clip")}
data-dir: {imagenet: ${demo}}
templates: single-1
protocol: {imagenet: "1000"}
limit: 2
out: results
`,
    });
    const line = ["evaluate", "--config", "configs/run.yaml", "--limit", "3", "--quiet"];
    const { status, stderr } = await shiftline(line, { cwd: folder });
    expect(status, stderr).toBe(0);
    const place = join(folder, "results", "vit-open-clip", "imagenet", "1000", "single-1", "run.json");
    expect(JSON.parse(readFileSync(place, "utf8")).options).toEqual({
      checkpoints: [join(checkpoints, "vit-open-clip")],
      data_dirs: { imagenet: demo },
      protocols: { imagenet: ["1000"] },
      templates: ["single-1"],
      limit: 3,
      out: "results",
    });
  }, 30_000);

  it("is allowed once: a second file would replace the first", async () => {
    const { status, stderr } = await shiftline(["fit", "--config", "a.yaml", "--config=b.yaml"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("--config is given twice")]);
  });

  it("is a single document: later documents would be ignored", async () => {
    await expect(expand("scale: linear\n---\nscale: logit\n", ["fit"])).rejects.toThrow(/multiple documents/);
  });

  it("is named if it is missing", async () => {
    const { status, stderr } = await shiftline(["fit", "--config", "nowhere.yaml"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("nowhere.yaml: ")]);
  });
});
