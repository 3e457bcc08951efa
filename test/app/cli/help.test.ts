import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { FIT_SCALES } from "../../../src/analysis/lines/fit-scale.ts";
import { LINE_KINDS } from "../../../src/analysis/robustness/baseline-fit.ts";
import { examplesOf } from "../../../src/app/cli/common-options.ts";
import { LINES, SCALES } from "../../../src/app/cli/shared-options.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { idleProgram, leaves, shellWords } from "./command-tree.ts";
import { cli, demo, root, shiftline } from "./run-cli.ts";

const commands = leaves(idleProgram());
const named = commands.map((command): [string, Command] => [command.name(), command]);

/** The parsed command, arguments and options of a line. @throws as the command line does */
async function parsed(line: string) {
  const [name, ...words] = shellWords(line);
  expect(name).toBe("shiftline");
  let found: { command: string; operands: readonly string[]; options: object } | null = null;
  const program = idleProgram((command, operands) => {
    found = { command: command.name(), operands, options: command.opts() };
  });
  await program.parseAsync(words, { from: "user" });
  return found;
}

describe("the help of every command", () => {
  it.each(named)("%s has examples, and accepts each of them", async (name, command) => {
    const examples = examplesOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const line of examples) expect(await parsed(line), line).toMatchObject({ command: name });
  });

  it.each(named)("%s lists its main options first and the common options last", (_, command) => {
    const groups = [...new Set(command.options.map((option) => option.helpGroupHeading))];
    if (groups.length > 1) expect(["Most used:", "Options:"]).toContain(groups[0]);
    expect(groups.at(-1)).toBe("In every command:");
    for (const option of command.options) expect(option.description, option.flags).toMatch(/^\S.*[^.]$/);
  });

  it.each(named)("%s names units of numbers, and each option that an example uses", (_, command) => {
    const help = command.helpInformation();
    for (const { flags, description } of command.options) {
      expect(help).toContain(flags);
      const unit = /<(seconds|minutes|MiB)>/.exec(flags)?.[1];
      if (unit !== undefined) expect(description, flags).toContain(unit);
    }
  });

  it("is printed with its examples, in 100 columns without a terminal", async () => {
    const { status, stdout } = await shiftline(["table", "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("Examples:\n  $ shiftline table results\n");
    const [above = ""] = stdout.split("Examples:");
    for (const line of above.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    const overview = (await shiftline(["--help"])).stdout;
    for (const line of overview.match(/\$ (shiftline .*)/g) ?? []) await parsed(line.slice(2));
    expect(overview).toContain("shiftline COMMAND --help");
  });

  it("loads only the library that parses the command line, so that it appears at once", () => {
    const run = spawnSync(process.execPath, [cli, "--help"], {
      env: { ...process.env, NODE_DEBUG: "esm" },
      encoding: "utf8",
    });
    expect(run.status).toBe(0);
    const libraries = run.stderr.matchAll(/file:\/\/\S*?\/node_modules\/((?:@[\w-]+\/)?[\w.-]+)\//g);
    expect([...new Set([...libraries].map(([, name]) => name))]).toEqual(["commander"]);
    const modules = run.stderr.match(/file:\/\/\S*?\/dist\/[\w/-]+\.js/g);
    expect(new Set(modules).size).toBeLessThan(40);
  });

  it("lists the scales and kinds of line that can be fitted", () => {
    expect(SCALES).toEqual(FIT_SCALES);
    expect(LINES).toEqual(LINE_KINDS);
  });
});

describe("command lines in the documentation", () => {
  const documents = [
    "README.md",
    ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((path) => join("docs", path)),
  ];
  const lines = documents
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => {
      const blocks = readFileSync(join(root, path), "utf8").matchAll(/```sh\n([\s\S]*?)```/g);
      return [...blocks].flatMap(([, block = ""]) => block.split("\n"));
    })
    .flatMap((line) => /^(?:npx )?(shiftline [a-z].*?)(?:\s+#.*)?$/.exec(line)?.[1] ?? [])
    // A file may have the arguments too; the test of command blocks runs such lines
    .filter((line) => !line.includes("--config "));

  it.each([...new Set(lines)])("%s", async (line) => {
    expect(await parsed(line)).not.toBeNull();
  });
});

describe("a mistake in the command line", () => {
  it.each([
    ["", /^Usage: shiftline/],
    ["evalute x", /^shiftline: unknown command evalute; did you mean evaluate\?\nusage: shiftline \[options\]/],
    ["submit slrm", /^shiftline submit: unknown command slrm; did you mean slurm\?/],
    [
      "evaluate --benchmrk x",
      /^shiftline evaluate: unknown option --benchmrk; did you mean --benchmark\?\n {2}--benchmark <ids> {2}benchmarks to evaluate.*\nusage: .*<checkpoint\.\.\.>\noptions and examples: shiftline evaluate --help\n$/,
    ],
    ["evaluate", /^shiftline evaluate: <checkpoint> is missing\nusage/],
    [
      "table --scale probti",
      /--scale probti: expected logit, probit, linear; did you mean probit\?\n {2}--scale <name> /,
    ],
    ["table --scale cubic", /--scale cubic: expected logit, probit, linear\n/],
    ["table --digits 9", /--digits 9: expected 1, 2 or 3\n/],
    ["evaluate a --limit 1e3", /--limit 1e3: expected a positive integer\n/],
    ["fit --format", /--format <name>: the value is missing\n/],
    ["list templtes", /templtes: expected .*; did you mean templates\?/],
    ["convert a", /--out <folder> is missing\n {2}--out <folder> /],
    ["inspect a b", /too many arguments: expected 1, got 2/],
  ])("%s: is reported with the nearest word, in few lines, with status 2", async (line, message) => {
    const { status, stdout, stderr } = await shiftline(shellWords(line));
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    if (line !== "") expect(stderr.split("\n").length).toBeLessThanOrEqual(5);
  });
});

describe("an argument that is probably an option's value", () => {
  it.each([
    [
      "evaluate a --benchmark imagenet imagenet-r",
      "imagenet-r is a benchmark, not a checkpoint: write --benchmark imagenet,imagenet-r",
    ],
    ["evaluate a imagenet-r", "imagenet-r is a benchmark, not a checkpoint: write --benchmark imagenet-r"],
    [
      "table openclip --templates openai-80 simple-7",
      "simple-7 is a template set, not results: write --templates openai-80,simple-7",
    ],
    [
      "fit openclip --id imagenet imagenet-v2",
      "imagenet-v2 is a benchmark, not results: write --id imagenet,imagenet-v2",
    ],
    [
      "compare a b --benchmark imagenet imagenet-a",
      "imagenet-a is a benchmark, not a checkpoint: write --benchmark imagenet,imagenet-a",
    ],
  ])("%s", async (line, message) => {
    const { status, stdout, stderr } = await shiftline(shellWords(line));
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr.split("\n")[0]).toMatch(new RegExp(`^shiftline \\w+: ${message}$`));
  });

  it("is accepted if it is a file and not a value of the option", async () => {
    const cwd = temporaryFolder();
    writeTree(cwd, { "imagenet-r/notes.txt": "" });
    const run = await shiftline(["table", "imagenet-r"], { cwd });
    expect([run.status, run.stderr]).toEqual([1, expect.stringContaining("imagenet-r: expected results")]);
  });
});

describe("messages about unknown names", () => {
  it("are short, and list the accepted values with --verbose", async () => {
    const cwd = temporaryFolder();
    writeTree(cwd, { "oth/notes.txt": "", "out.csv": "" });
    const args = ["evaluate", "oth", "--data-dir", `imagenet=${demo}`, "--limit", "1"];
    const short = await shiftline(args, { cwd });
    expect(short.stderr.trimEnd().split("\n").at(-1)).toBe(
      "shiftline: oth: not a checkpoint of a known layout: no .onnx file and no weights in it; it contains notes.txt (more: --verbose)",
    );
    const long = await shiftline([...args, "--verbose"], { cwd });
    expect(long.stderr).toMatch(/it contains notes\.txt\naccepted are:\n {2}weights \(.*\n {2}onnx\/model\.onnx/);
    expect([short.status, long.status]).toEqual([1, 1]);
    const inspected = await shiftline(["inspect", "oth"], { cwd });
    expect(inspected.stderr).toMatch(
      /^shiftline: oth: neither a checkpoint \(weights or \.onnx files\) nor data: it contains notes\.txt; .{0,160}\n$/,
    );
  });

  it("ask for a results folder if --out is a file", async () => {
    const cwd = temporaryFolder();
    writeTree(cwd, { mine: "" });
    const out = async (path: string) => (await shiftline(["evaluate", "a", "--out", path], { cwd })).stderr;
    expect(await out("table.csv")).toBe(
      "shiftline: --out table.csv: a name with the extension .csv is a file name; specify a folder for the results\n",
    );
    expect(await out("mine")).toBe(
      "shiftline: --out mine: a file of this name exists; specify a folder for the results\n",
    );
  });

  it("suggest the nearest id", async () => {
    const { stderr } = await shiftline(["evaluate", "a", "--data", demo, "--benchmark", "imagenet_r"]);
    expect(stderr).toMatch(/unknown benchmark "imagenet_r"; known: .*; did you mean imagenet-r\?\n$/);
  });
});
