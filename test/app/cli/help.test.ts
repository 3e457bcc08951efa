import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { FIT_SCALES } from "../../../src/analysis/lines/fit-scale.ts";
import { LINE_KINDS } from "../../../src/analysis/robustness/baseline-fit.ts";
import { examplesOf } from "../../../src/app/cli/common-options.ts";
import { LINES, SCALES } from "../../../src/app/cli/shared-options.ts";
import { idleProgram, leaves, shellWords } from "./command-tree.ts";
import { root, shiftline } from "./run-cli.ts";

const commands = leaves(idleProgram());
const named = commands.map((command): [string, Command] => [command.name(), command]);

/** What is parsed of a line: the command, its arguments and options. @throws as the command line does */
function parsed(line: string) {
  const [name, ...words] = shellWords(line);
  expect(name).toBe("shiftline");
  let found: { command: string; operands: readonly string[]; options: object } | null = null;
  const program = idleProgram((command, operands) => {
    found = { command: command.name(), operands, options: command.opts() };
  });
  program.parse(words, { from: "user" });
  return found;
}

describe("the help of every command", () => {
  it.each(named)("%s has examples, and each is a line that it takes", (name, command) => {
    const examples = examplesOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const line of examples) expect(parsed(line), line).toMatchObject({ command: name });
  });

  it.each(named)("%s has its most used options first and those of every command last", (_, command) => {
    const groups = [...new Set(command.options.map((option) => option.helpGroupHeading))];
    expect(["Most used:", "Options:"]).toContain(groups[0]);
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

  it("is printed with its examples, on 100 columns where there is no terminal", async () => {
    const { status, stdout } = await shiftline(["table", "--help"]);
    expect(status).toBe(0);
    expect(stdout).toContain("Examples:\n  $ shiftline table results\n");
    const [above = ""] = stdout.split("Examples:");
    for (const line of above.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    const overview = (await shiftline(["--help"])).stdout;
    for (const line of overview.match(/\$ (shiftline .*)/g) ?? []) parsed(line.slice(2));
    expect(overview).toContain("shiftline COMMAND --help");
  });

  it("has the scales and kinds of line that can be fitted", () => {
    expect(SCALES).toEqual(FIT_SCALES);
    expect(LINES).toEqual(LINE_KINDS);
  });
});

describe("command lines in the documentation", () => {
  const documents = ["README.md", ...readdirSync(join(root, "docs")).map((name) => join("docs", name))];
  const lines = documents
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => {
      const blocks = readFileSync(join(root, path), "utf8").matchAll(/```sh\n([\s\S]*?)```/g);
      return [...blocks].flatMap(([, block = ""]) => block.split("\n"));
    })
    .flatMap((line) => /^(?:npx )?(shiftline [a-z].*?)(?:\s+#.*)?$/.exec(line)?.[1] ?? []);

  it.each([...new Set(lines)])("%s", (line) => {
    expect(parsed(line)).not.toBeNull();
  });
});

describe("a mistake in the command line", () => {
  it.each([
    ["", /^Usage: shiftline/],
    ["evalute x", /^shiftline: unknown command evalute; did you mean evaluate\?\nusage: shiftline \[options\]/],
    ["submit slrm", /^shiftline submit: unknown command slrm; did you mean slurm\?/],
    [
      "evaluate --benchmrk x",
      /^shiftline evaluate: unknown option --benchmrk; did you mean --benchmark\?\n {2}--benchmark <ids> {2}benchmarks to score.*\nusage: .*<checkpoint\.\.\.>\noptions and examples: shiftline evaluate --help\n$/,
    ],
    ["evaluate", /^shiftline evaluate: <checkpoint> is missing\nusage/],
    [
      "table --scale probti",
      /--scale probti: expected logit, probit, linear; did you mean probit\?\n {2}--scale <name> /,
    ],
    ["table --scale cubic", /--scale cubic: expected logit, probit, linear\n/],
    ["table --digits 9", /--digits 9: expected 1, 2 or 3\n/],
    ["evaluate a --limit 1e3", /--limit 1e3: expected a whole number from 1 on\n/],
    ["fit --format", /--format <name>: the value is missing\n/],
    ["list templtes", /templtes: expected .*; did you mean templates\?/],
    ["convert a", /--out <folder> is missing\n {2}--out <folder> /],
    ["inspect a b", /too many arguments: expected 1, got 2/],
  ])("%s: is named with the nearest word, in few lines, with status 2", async (line, message) => {
    const { status, stdout, stderr } = await shiftline(shellWords(line));
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(message);
    if (line !== "") expect(stderr.split("\n").length).toBeLessThanOrEqual(5);
  });
});
