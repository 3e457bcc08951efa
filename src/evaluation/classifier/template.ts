import { InputError } from "../../foundation/errors.ts";
import { findNamedFile, listNamedFiles, type NamedFile } from "../../foundation/files/named-data.ts";
import { looksLikeLiteral, parseLiteral, textsOf } from "../../foundation/files/parse-literal.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { pastedProblem } from "./pasted-code.ts";

/** A prompt with one placeholder `{}` for the class name: "a photo of a {}.". */
export type Template = string;

export interface TemplateSet {
  readonly id: string;
  readonly templates: readonly Template[];
  /** SHA-256 of the templates, joined by newlines */
  readonly sha256: string;
  /** warnings about lines that may be unintended */
  readonly notes: readonly Note[];
}

const FOLDER = "prompts/templates";
const ENDING = ".txt";
/** Extensions of code files with a list of templates. */
const LISTED_ENDINGS = [".py"];

/**
 * Reads a template set: a shipped one by id, or a file with one template per line.
 *
 * @param idOrPath  "openai-80", "simple-7", "single-1", or the path of a .txt file or of a Python file with a list
 * @throws InputError for an unknown id, an empty file, a template that does not contain exactly one `{}` or looks
 *   pasted from code, or a different set with the id of a shipped one
 */
export async function readTemplateSet(idOrPath: string): Promise<TemplateSet> {
  const file = await findNamedFile(idOrPath, "template set", FOLDER, ENDING, LISTED_ENDINGS);
  const text = await readText(file.path);
  return templateSet(file, looksLikeLiteral(text) ? listedTemplates(text, file.path) : parseTemplates(text, file.path));
}

/** Builds the set of a file's templates. @throws InputError if the file has the id of a different, shipped set */
export async function templateSet(file: NamedFile, templates: readonly Template[]): Promise<TemplateSet> {
  const hash = sha256(templates.join("\n"));
  await checkShippedId(file, hash);
  return { id: file.id, templates, sha256: hash, notes: doubtfulTemplates(templates, file.path, file.id) };
}

/** Parses a whole file as a Python list of templates, so that no line of code is read as a template. */
function listedTemplates(text: string, path: string): Template[] {
  const templates = textsOf(parseLiteral(text, path, "python"));
  if (templates === null) throw new InputError(`${path}: expected a list of templates`);
  return checkListedTemplates(templates, path);
}

/** Refuses a different set with the id of a shipped one, because results and baselines identify sets by id. */
async function checkShippedId(file: NamedFile, hash: string): Promise<void> {
  const shipped = (await listNamedFiles(FOLDER, ENDING)).find(({ id }) => id === file.id);
  if (shipped === undefined || shipped.path === file.path) return;
  const templates = parseTemplates(await readText(shipped.path), shipped.path);
  if (sha256(templates.join("\n")) === hash) return;
  throw new InputError(
    `${file.path}: "${file.id}" is the id of a shipped template set with different content; rename the file`,
  );
}

/**
 * Parses one template per line; trims lines and skips empty ones.
 *
 * @throws InputError if there is no template, or naming an invalid line, with a suggestion if possible
 */
export function parseTemplates(text: string, where: string): Template[] {
  const templates: Template[] = [];
  const problems: { readonly line: number; readonly message: string }[] = [];
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const template = raw.trim();
    if (template === "") continue;
    templates.push(template);
    const message = lineProblem(template);
    if (message !== null) problems.push({ line: at + 1, message });
  }
  if (templates.length === 0) throw new InputError(`${where}: expected one template per line, found none`);
  const [first] = problems;
  if (first === undefined) return templates;
  const furtherCount = problems.length - 1;
  const more =
    furtherCount === 0
      ? ""
      : furtherCount === 1
        ? "; 1 more line is invalid"
        : `; ${furtherCount} more lines are invalid`;
  throw new InputError(`${where}: ${first.message} (line ${first.line})${more}`);
}

/**
 * Checks templates from a list; also accepts CLIP_benchmark's placeholder `{c}`.
 *
 * @throws InputError if there is no template, or naming an invalid one
 */
export function checkListedTemplates(listed: readonly string[], where: string): Template[] {
  const odd = listed.find((template) => template.trim() === "" || /[\r\n]/.test(template));
  if (odd !== undefined)
    throw new InputError(`${where}: expected a template on one line, found ${JSON.stringify(odd)}`);
  return parseTemplates(listed.map((template) => template.replaceAll("{c}", "{}")).join("\n"), where);
}

/** Describes why a line is not a valid template; null if it is. */
function lineProblem(line: string): string | null {
  if (line !== "{}" && /^[[\](){},;]+$/.test(line)) return `a bracket of a list, "${line}": remove the line`;
  const pasted = pastedProblem(line);
  if (pasted !== null) {
    const fix = pasted.fix === null ? null : withPlaceholder(pasted.fix);
    const meant = fix !== null && isTemplate(fix) ? `write ${fix}` : "write the template alone, or remove the line";
    return `looks pasted from code or a list (${pasted.reason}), and that would be in every prompt: ${meant} instead of ${line}`;
  }
  if (isTemplate(line)) return null;
  const fix = withPlaceholder(line);
  const meant = fix !== line && isTemplate(fix) ? `; write ${fix}` : "";
  return countProblem(line) === null
    ? `expected no braces but {} in a template, found "${line}"${meant}`
    : `${countProblem(line)}${meant}`;
}

function isTemplate(line: string): boolean {
  return countProblem(line) === null && !/[{}]/.test(line.replace("{}", ""));
}

/** Placeholders of other software: `{c}`, `{0}`, `{{}}`, `${name}`, `%s`, `<class>`, `[CLASS]` */
const PLACEHOLDER =
  /\$?\{+\s*[\w .[\]'"-]*\s*\}+|%s|%\(\w+\)s|<\s*class(?:[ _-]?name)?\s*>|\[\s*class(?:[ _-]?name)?\s*\]/gi;

function withPlaceholder(line: string): string {
  return line.replaceAll(PLACEHOLDER, "{}");
}

/** Warns of templates that may be unintended. */
function doubtfulTemplates(templates: readonly Template[], where: string, id: string): Note[] {
  const notes: Note[] = [];
  const warn = (what: string, isDoubtful: (template: Template) => boolean) => {
    const found = templates.find(isDoubtful);
    if (found === undefined) return;
    notes.push(makeWarning(`${where}: ${what}, which is in each of its prompts: ${found}`, { templates: id }));
  };
  warn("a template ends with a comma or semicolon", (template) => /[,;]$/.test(template));
  warn("a template begins with #", (template) => /^#\w/.test(template));
  warn("a template has an unusual space character", (template) => /[^\S ]/u.test(template));
  warn("a template has $ before its {}", (template) => /\$\{\}/.test(template));
  const twice = templates.find((template, i) => templates.indexOf(template) !== i);
  if (twice !== undefined) {
    notes.push(makeNote(`${where}: a template that appears twice counts twice: ${twice}`, { templates: id }));
  }
  return notes;
}

/** Returns the prompt of a class: the template with `{}` replaced by the class name, verbatim. */
export function fillTemplate(template: Template, className: string): string {
  const at = template.indexOf("{}");
  return template.slice(0, at) + className + template.slice(at + 2);
}

/** @throws InputError if the template does not contain exactly one `{}` */
export function checkTemplate(template: Template, where: string): void {
  const problem = countProblem(template);
  if (problem !== null) throw new InputError(`${where}: ${problem}`);
}

function countProblem(template: Template): string | null {
  const places = template.split("{}").length - 1;
  return places === 1 ? null : `expected exactly one {} in a template, found ${places} in "${template}"`;
}
