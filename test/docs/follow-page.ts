import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, expect } from "vitest";
import { checkpoints, demo, root, shiftline } from "../app/cli/run-cli.ts";
import { fixtures, temporaryFolder } from "../helpers.ts";
import { type Block, blocksOf, commandLines, outputDifference, type RunMark } from "./command-blocks.ts";

/** Shared by all pages: `/data` with a few images of each benchmark, and a store, so that each image is embedded once. */
export interface Placeholders {
  readonly data: string;
  readonly store: string;
}

/** Replaces `/data` by a path of the same length, so that lines break as they do for a reader. */
const DATA = "_data";

/** Call this where tests are declared: the folder is removed after them. */
export function makePlaceholders(): Placeholders {
  const folder = mkdtempSync(join(tmpdir(), "shiftline-docs-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [data, store] = [join(folder, "data"), join(folder, "shiftline")];
  cpSync(join(fixtures, "sketches", "root"), data, { recursive: true });
  mkdirSync(store);
  return { data, store };
}

/**
 * A folder with what pages assume: `checkpoints/mine` (weights of transformers), `checkpoints/other` (weights of
 * open_clip), `fruit/photos` (four pictures), `examples` as in a clone, and the package as installed in a project.
 */
function newProject({ data, store }: Placeholders): string {
  const folder = temporaryFolder();
  const weights = join(checkpoints, "weights");
  copy(join(weights, "hf-clip.safetensors"), join(folder, "checkpoints/mine/model.safetensors"));
  for (const name of ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"]) {
    copy(join(checkpoints, "hf-split", name), join(folder, "checkpoints/mine", name));
  }
  copy(join(weights, "siglip-open-clip.safetensors"), join(folder, "checkpoints/other/open_clip_model.safetensors"));
  for (const name of ["open_clip_config.json", "tokenizer.json", "tokenizer_config.json"]) {
    copy(join(checkpoints, "siglip-open-clip", name), join(folder, "checkpoints/other", name));
  }
  for (const [fruit, wnid] of Object.entries({ banana: "n07753592", lemon: "n07749582" })) {
    cpSync(join(demo, wnid), join(folder, "fruit/photos", fruit), { recursive: true });
  }
  symlinkSync(join(root, "examples"), join(folder, "examples"));
  symlinkSync(store, join(folder, ".shiftline"));
  symlinkSync(data, join(folder, DATA));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "shiftline"));
  mkdirSync(join(folder, "bin"));
  stub(join(folder, "bin", "npx"), `[ "$1" = shiftline ] || exit 127; shift`);
  stub(join(folder, "bin", "shiftline"), "");
  return folder;
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** A program that records its arguments as the shell splits them. */
function stub(path: string, before: string): void {
  writeFileSync(path, `#!/bin/sh\n${before}\nprintf '%s\\0' "$@" >> "$WORDS"\nprintf '\\n\\0' >> "$WORDS"\n`);
  chmodSync(path, 0o755);
}

/** The page that describes the benchmark `fruit`, which other pages use. */
const FRUIT_PAGE = "docs/guides/own-shift.md";
const isFruit = ({ mark }: Block): boolean => mark?.kind === "file" && mark.name.startsWith("fruit/");

/** Follows a page in an empty folder: saves its files, runs its blocks, compares their output. */
export async function followPage(blocks: readonly Block[], placeholders: Placeholders): Promise<void> {
  const folder = newProject(placeholders);
  for (const { mark, content } of blocks.some(isFruit) ? [] : blocksOf(FRUIT_PAGE).filter(isFruit)) {
    if (mark?.kind === "file") writeFileSync(join(folder, mark.name), content);
  }
  let printed = "";
  for (const block of blocks) {
    const where = `${block.page}:${block.line}`;
    if (block.mark?.kind === "file") {
      const path = join(folder, block.mark.name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, withPlaceholders(block.content).replace(/\bopenai-80\b/g, "single-1"));
    } else if (block.mark?.kind === "run") {
      const { status, output } = await run(block, block.mark, folder);
      expect(status, `${where}\n${output}`).toBe(block.mark.status);
      printed = output.replaceAll(DATA, "/data").replaceAll(`${folder}/`, "");
    } else if (block.mark?.kind === "output") {
      expect(outputDifference(block.content, printed), `${where}\n${printed}`).toBeUndefined();
    }
  }
}

interface Outcome {
  readonly status: number | null;
  readonly output: string;
}

async function run(block: Block, mark: RunMark, folder: string): Promise<Outcome> {
  if (block.language !== "sh") return runScript(block, folder);
  let output = "";
  for (const line of commandLines(block.content)) {
    const outcome = await type(withPlaceholders(line), folder, (words) => cheaper(words, mark));
    output += outcome.output;
    if (outcome.status !== 0) return { status: outcome.status, output: `${output}\n${line}` };
  }
  return { status: 0, output };
}

const withPlaceholders = (text: string): string =>
  text.replace(/(^|[\s='",[])\/data(?=$|[\s/'",\]])/gm, (_, before: string) => `${before}${DATA}`);

/** Runs one line as a shell does; `shiftline` runs in this process, with the arguments that the shell passes. */
async function type(line: string, folder: string, change: (words: string[]) => string[]): Promise<Outcome> {
  const noted = join(folder, "bin", "words");
  const env = { ...process.env, PATH: `${join(folder, "bin")}:${process.env.PATH}`, WORDS: noted };
  const typed = spawnSync("/bin/sh", ["-c", line], { cwd: folder, env, encoding: "utf8" });
  let output = typed.stderr + typed.stdout;
  if (typed.status !== 0 || !existsSync(noted)) return { status: typed.status, output };
  const commands = readFileSync(noted, "utf8").split("\0\n\0").slice(0, -1);
  rmSync(noted);
  for (const command of commands) {
    const { status, transcript } = await shiftline(change(command.split("\0")), { cwd: folder });
    output += transcript;
    if (status !== 0) return { status, output };
  }
  return { status: 0, output };
}

/** Each set has a few images; one template and no figures are enough to check that a command works. */
function cheaper(words: string[], { options }: RunMark): string[] {
  const [command = ""] = words;
  if (options.includes("as written")) return words;
  if (command === "report") return [...words, "--no-figures"];
  if (command !== "evaluate" && command !== "submit") return words;
  if (options.includes("all templates")) return [...words, "--allow-incomplete"];
  const cheap = words.map((word) => word.replace(/\bopenai-80\b/, "single-1"));
  const templates = words.some((word) => /^--(templates|config)\b/.test(word)) ? [] : ["--templates", "single-1"];
  return [...cheap, ...templates, "--allow-incomplete"];
}

/** Runs a script of the page with Node; TypeScript must also have no type errors. */
function runScript({ language, content }: Block, folder: string): Outcome {
  const [source, path] = [join(folder, "example.mts"), join(folder, "example.mjs")];
  const code = withPlaceholders(content);
  if (language === "ts") {
    writeFileSync(source, code);
    const checked = ranHere([join(root, "node_modules/typescript/bin/tsc"), ...TYPE_CHECK, source], folder);
    if (checked.status !== 0) return checked;
  }
  writeFileSync(path, language === "ts" ? transformSync(code, { loader: "ts", format: "esm" }).code : code);
  return ranHere([path], folder);
}

const TYPE_CHECK = [
  ...[
    "--noEmit",
    "--strict",
    "--noUncheckedIndexedAccess",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--skipLibCheck",
  ],
  ...["--types", "node", "--typeRoots", join(root, "node_modules/@types")],
];

function ranHere(words: readonly string[], cwd: string): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd, encoding: "utf8" });
  return { status, output: stderr + stdout };
}
