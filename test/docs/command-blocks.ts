import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "../app/cli/run-cli.ts";

/** A fenced block of a page, with the mark of the HTML comment above it. */
export interface Block {
  /** path below the repository */
  readonly page: string;
  /** 1-based line of its fence */
  readonly line: number;
  /** word after the fence: `sh`, `json`, …; empty if there is none */
  readonly language: string;
  readonly content: string;
  readonly mark: Mark | undefined;
}

/**
 * What a test does with a block:
 * - `<!-- run -->`: runs it, with cheap options (`follow-page.ts`); after commas: `status 1` is the exit status that is expected,
 *   `all templates` keeps openai-80, `as written` adds no option
 * - `<!-- file: NAME -->`: saves it under this name in the page's folder, for the commands after it
 * - `<!-- output -->`: compares its lines with what the block before it printed; `…` stands for any text, alone for any lines
 * - `<!-- run by FILE -->`: another test does
 * - `<!-- not run: REASON -->`: nothing
 */
export type Mark =
  | RunMark
  | { readonly kind: "file"; readonly name: string }
  | { readonly kind: "output" }
  | { readonly kind: "run-by"; readonly test: string }
  | { readonly kind: "not-run"; readonly reason: string };

export interface RunMark {
  readonly kind: "run";
  readonly status: number;
  readonly options: readonly string[];
}

/** Languages of what a reader types or copies. */
const CODE =
  /^(sh|bash|console|shell|powershell|ts|js|mjs|typescript|javascript|json|ya?ml|csv|tsv|txt|toml|ini|python|py|r)$/;
const RUNS = /^(sh|ts|js)$/;

/** Every page whose blocks are checked: the Markdown of this repository that users read. */
export function documentedPages(): string[] {
  const tracked = ["README.md", "CONTRIBUTING.md", "BENCHMARKS.md", "RELEASING.md"].filter((page) =>
    existsSync(join(root, page)),
  );
  const below = ["docs", "prompts", "benchmarks", "examples", "bench"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".md") && !path.includes("node_modules"))
      .map((path) => join(folder, path).replaceAll("\\", "/")),
  );
  return [...tracked, ...below.sort()];
}

export function blocksOf(page: string, text = readFileSync(join(root, page), "utf8")): Block[] {
  return [...text.matchAll(/^([ >]*)(`{3,})([\w-]*)[^\n]*\n([\s\S]*?)^\1\2[ ]*$/gm)].map((match) => {
    const [, indent = "", , language = "", content = ""] = match;
    const before = text.slice(0, match.index);
    const comment = /<!--((?:(?!-->)[\s\S])*)-->\s*$/.exec(before)?.[1]?.trim();
    const line = before.split("\n").length;
    const dedented = content
      .split("\n")
      .map((row) => row.slice(Math.min(indent.length, /^[ >]*/.exec(row)?.[0].length ?? 0)));
    return {
      page,
      line,
      language,
      content: dedented.join("\n"),
      mark: comment === undefined ? undefined : markOf(comment),
    };
  });
}

function markOf(comment: string): Mark | undefined {
  if (/^run(, (status \d|as written|all templates))*$/.test(comment)) {
    const [, ...options] = comment.split(", ");
    return { kind: "run", status: Number(/status (\d)/.exec(comment)?.[1] ?? 0), options };
  }
  const [, name] = /^file: ([\w./-]+)$/.exec(comment) ?? [];
  if (name !== undefined) return { kind: "file", name };
  if (comment === "output") return { kind: "output" };
  const [, test] = /^run by (\S+)$/.exec(comment) ?? [];
  if (test !== undefined) return { kind: "run-by", test };
  const [, reason] = /^not run: ([\s\S]+)$/.exec(comment) ?? [];
  return reason === undefined ? undefined : { kind: "not-run", reason };
}

/** Problems with the marks of a page, one line per block. */
export function markProblems(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block, k) => {
    const problem = markProblem(block, blocks[k - 1]);
    return problem === undefined ? [] : [`${block.page}:${block.line}: ${problem}`];
  });
}

function markProblem({ page, language, mark }: Block, before: Block | undefined): string | undefined {
  const isCode = CODE.test(language);
  if (mark?.kind === "output") {
    return before?.mark?.kind === "run" ? undefined : "<!-- output --> of no block that is run";
  }
  if (!isCode) {
    return language === "text" && mark === undefined && before?.mark?.kind === "run"
      ? "text after a block that is run: mark it <!-- output --> or <!-- not run: REASON -->"
      : undefined;
  }
  if (mark === undefined) {
    const marks = RUNS.test(language) ? "<!-- run -->" : "<!-- file: NAME -->";
    return `a block of ${language} without a mark: put ${marks}, <!-- run by TEST --> or <!-- not run: REASON --> above it`;
  }
  if (mark.kind === "run" && !RUNS.test(language)) return `a block of ${language} cannot be marked <!-- run -->`;
  if (mark.kind === "run-by") {
    const test = join(root, mark.test);
    if (!existsSync(test)) return `${mark.test} is not there`;
    const text = readFileSync(test, "utf8");
    const names = [basename(page), basename(dirname(page))];
    if (!names.some((name) => name !== "." && text.includes(name))) return `${mark.test} does not mention ${names[0]}`;
  }
  return undefined;
}

/** The lines of a block of shell commands, each with the lines that continue it. */
export function commandLines(content: string): string[] {
  return content
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

/**
 * Compares what a page shows with what was printed: each line must appear, in this order; a line `…` marks omitted lines.
 *
 * @returns the first missing line, with what was expected in its place; `undefined` if all were found
 */
export function outputDifference(shown: string, printed: string): string | undefined {
  const actual = printed.split("\n").map(trimmed);
  let at = 0;
  // Lines before the first one may be omitted without a mark: progress, notes
  let maySkip = true;
  for (const line of shown.trimEnd().split("\n").map(trimmed)) {
    if (line === "…") {
      maySkip = true;
      continue;
    }
    const pattern = new RegExp(`^${line.split("…").map(escaped).join(".*")}$`);
    const found = actual.findIndex((candidate, k) => k >= at && pattern.test(candidate));
    if (found === -1 || (!maySkip && found > at)) return `shown:   ${line}\nprinted: ${actual[at] ?? "(nothing more)"}`;
    at = found + 1;
    maySkip = false;
  }
  return undefined;
}

const trimmed = (line: string): string => line.trimEnd();
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
