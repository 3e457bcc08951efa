import { execFileSync, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { skipUnless } from "../../require.ts";
import { idleProgram, leaves } from "./command-tree.ts";
import { shiftline } from "./run-cli.ts";

const has = (program: string) => spawnSync(program, ["--version"]).status === 0;
const scriptOf = async (shell: string) => (await shiftline(["completion", shell])).stdout;

/** A line, its completion, and whether that is a folder or a file. */
const LINES: readonly (readonly [string, string])[] = [
  ["ev", "evaluate"],
  ["submit sl", "submit slurm"],
  ["evaluate a --ben", "evaluate a --benchmark"],
  ["evaluate a --benchmark objectn", "evaluate a --benchmark objectnet"],
  ["evaluate --benchmark=imagenet,objectn", "evaluate --benchmark=imagenet,objectnet"],
  ["evaluate --data-dir objectn", "evaluate --data-dir objectnet="],
  ["evaluate --data-dir objectnet=my-", "evaluate --data-dir objectnet=my-data.txt"],
  ["evaluate --data=my-", "evaluate --data=my-data.txt"],
  ["table --templates single", "table --templates single-1"],
  ["fit --scale pr", "fit --scale probit"],
  ["fit openc", "fit openclip"],
  ["list ba", "list baselines"],
  ["evaluate my-", "evaluate my-data.txt"],
];

/** The words that the program gets from each line when the tab key is pressed. */
async function typed(command: string, start: (script: string) => string, shell: string): Promise<string[]> {
  const cwd = writeTree(temporaryFolder(), { "my-data.txt": "", "completion.sh": await scriptOf(shell) });
  const child = spawn("script", ["-qfec", command, "/dev/null"], { cwd, env: { ...process.env, TERM: "xterm" } });
  let printed = "";
  child.stdout.on("data", (data: Buffer) => {
    printed += data;
  });
  const wait = async (pattern: RegExp) => {
    while (!pattern.test(printed)) await new Promise((resolve) => setTimeout(resolve, 10));
    return (pattern.exec(printed) as RegExpExecArray)[1] as string;
  };
  child.stdin.write(`${start(join(cwd, "completion.sh"))}; shiftline() { printf '<%s>' "$@"; echo; }; echo re""ady\n`);
  await wait(/[\r\n](ready)\r?\n/);
  const found: string[] = [];
  for (const [line] of LINES) {
    printed = "";
    child.stdin.write(`shiftline ${line}\t\n`);
    found.push((await wait(/<([^\n\r]*)>\r?\n/)).replaceAll("><", " "));
  }
  child.kill("SIGKILL");
  return found;
}

const completed = LINES.map(([, line]) => line);

describe("shiftline completion", () => {
  it.each(["bash", "zsh", "fish"])("%s knows every command and option", async (shell) => {
    const script = await scriptOf(shell);
    for (const command of leaves(idleProgram())) {
      expect(script).toContain(command.name());
      for (const { long } of command.options)
        expect(script).toContain(shell === "fish" ? `-l ${long?.slice(2)}` : long);
    }
  });

  describe.skipIf(skipUnless("bash", has("bash") && has("script"), "bash or util-linux's script is not installed"))(
    "in bash",
    () => {
      it("completes commands, options, ids and files", async () => {
        expect(await typed("bash --norc --noprofile -i", (script) => `source ${script}`, "bash")).toEqual(completed);
      }, 60_000);
    },
  );

  describe.skipIf(skipUnless("zsh", has("zsh") && has("script"), "zsh is not installed (apt-get install zsh)"))(
    "in zsh",
    () => {
      it("completes commands, options, ids and files", async () => {
        const start = (script: string) => `autoload -U compinit; compinit -u -D; source ${script}`;
        expect(await typed("zsh -f -i", start, "zsh")).toEqual(completed);
      }, 60_000);
    },
  );

  describe.skipIf(skipUnless("fish", has("fish"), "fish is not installed (apt-get install fish)"))("in fish", () => {
    it("completes commands, options, ids and files", async () => {
      const cwd = writeTree(temporaryFolder(), { "my-data.txt": "", "completion.fish": await scriptOf("fish") });
      const asked = LINES.map(([line]) => `complete -C 'shiftline ${line}'; echo ==`).join("; ");
      const printed = execFileSync("fish", ["--no-config", "-c", `source completion.fish; ${asked}`], { cwd });
      const answers = String(printed).split("==\n").slice(0, LINES.length);
      const words = answers.map((answer) => answer.trim().split("\t")[0]);
      expect(words).toEqual(completed.map((line) => line.split(" ").at(-1)));
    }, 60_000);
  });
});
