import { nearestName } from "../../foundation/closest-names.ts";
import { InputError } from "../../foundation/errors.ts";
import { fileId } from "../../foundation/files/named-data.ts";
import { type LiteralMap, mapOf, parseLiteral, textsOf } from "../../foundation/files/parse-literal.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { pastedProblem } from "./pasted-code.ts";
import { checkListedTemplates, fillTemplate, readTemplateSet, type TemplateSet, templateSet } from "./template.ts";

/** Generates prompts from class names: templates for all classes, or a list of descriptions per class. */
export interface PromptSet {
  readonly id: string;
  /** SHA-256 of the templates or descriptions */
  readonly sha256: string;
  /** number of templates, or maximum number of descriptions per class */
  readonly size: number;
  /** warnings about prompts that may be unintended */
  readonly notes: readonly Note[];
  /** @throws InputError if a class has no description */
  promptsOf(className: string): readonly string[];
  /**
   * Returns notes about the prompts of these classes.
   *
   * @throws InputError naming the classes without a description
   */
  checkNames(classNames: readonly string[]): readonly Note[];
}

/**
 * Reads a prompt set: a template set (see `readTemplateSet`), or a .json file with a list of templates; descriptions as
 * in CuPL (an object from class names to lists of prompts, which are used verbatim); or either of them by data set, as
 * in CLIP_benchmark.
 *
 * @param datasets  possible names of the data set in a file with several, most likely first
 * @throws InputError as `readTemplateSet`, or for a .json file of another form
 */
export async function readPromptSet(idOrPath: string, datasets: readonly string[] = []): Promise<PromptSet> {
  if (!idOrPath.endsWith(".json")) return fromTemplates(await readTemplateSet(idOrPath));
  const file = { id: fileId(idOrPath, "prompts"), path: idOrPath };
  const value = parseLiteral(await readText(idOrPath), idOrPath, "json");
  const chosen = mapOf(value) === null ? value : chooseDataset(mapOf(value) as LiteralMap, idOrPath, datasets);
  const templates = textsOf(chosen);
  if (templates !== null) return fromTemplates(await templateSet(file, checkListedTemplates(templates, idOrPath)));
  return fromDescriptions(file.id, descriptionsOf(mapOf(chosen), idOrPath), idOrPath);
}

function fromTemplates({ id, templates, sha256: hash, notes }: TemplateSet): PromptSet {
  const promptsOf = (className: string) => templates.map((template) => fillTemplate(template, className));
  return { id, sha256: hash, size: templates.length, notes, promptsOf, checkNames: () => [] };
}

/** Selects the data set's prompts in a file with several data sets; else returns the whole file. */
function chooseDataset(map: LiteralMap, path: string, datasets: readonly string[]) {
  const wanted = datasets.find((dataset) => map.has(dataset));
  if (wanted !== undefined) return map.get(wanted) ?? null;
  const values = [...map.values()];
  const isTemplates = values.every((list) => textsOf(list)?.every((text) => text.includes("{c}")) === true);
  if (values.length === 0 || !(isTemplates || values.every((value) => mapOf(value) !== null))) return map;
  throw new InputError(
    `${path}: has prompts for the data sets ${[...map.keys()].join(", ")}, but not for this one; searched for ${datasets.join(", ")}`,
  );
}

type Descriptions = ReadonlyMap<string, readonly string[]>;

function descriptionsOf(map: LiteralMap | null, path: string): Descriptions {
  const expected = `${path}: expected an object of class names, each with a list of prompts`;
  if (map === null || map.size === 0) throw new InputError(expected);
  const descriptions = new Map<string, readonly string[]>();
  for (const [name, value] of map) {
    const prompts = textsOf(value);
    if (prompts === null || prompts.length === 0 || prompts.some((prompt) => prompt.trim() === "")) {
      throw new InputError(`${expected}: ${name}: ${JSON.stringify(value)?.slice(0, 60)}`);
    }
    descriptions.set(name, prompts);
  }
  return descriptions;
}

function fromDescriptions(id: string, descriptions: Descriptions, path: string): PromptSet {
  return {
    id,
    sha256: sha256(JSON.stringify([...descriptions].sort(([a], [b]) => (a < b ? -1 : 1)))),
    size: Math.max(...[...descriptions.values()].map((list) => list.length)),
    notes: checkDescriptions(descriptions, path, id),
    promptsOf: (className) => {
      const prompts = descriptions.get(className);
      if (prompts !== undefined) return prompts;
      throw new InputError(`${path}: no prompts for the class "${className}"`);
    },
    checkNames: (classNames) => checkNames(descriptions, classNames, path, id),
  };
}

/** Maximum number of classes listed in a message. */
const NAMED = 5;
/** Minimum share of descriptions that contain their class's name; below it, they are probably not complete prompts. */
const MIN_NAMED_SHARE = 0.1;

function checkNames(descriptions: Descriptions, classNames: readonly string[], path: string, id: string): Note[] {
  const missing = [...new Set(classNames)].filter((name) => !descriptions.has(name));
  const unused = [...descriptions.keys()].filter((name) => !classNames.includes(name));
  if (missing.length > 0) {
    const named = missing.slice(0, NAMED).map((name) => {
      const nearest = nearestName(name, unused);
      return nearest === undefined ? `"${name}"` : `"${name}" (similar key: "${nearest}")`;
    });
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : "";
    throw new InputError(
      `${path}: no prompts for ${missing.length === 1 ? "the class" : `${missing.length} classes:`} ${named.join(", ")}${more}; keys must be the class names, which --class-names FILE replaces`,
    );
  }
  const about = { templates: id };
  const used = [...new Set(classNames)].flatMap((name) =>
    (descriptions.get(name) as readonly string[]).map((prompt) => ({ name, prompt })),
  );
  const withName = used.filter(({ name, prompt }) => prompt.toLowerCase().includes(name.toLowerCase())).length;
  if (withName >= MIN_NAMED_SHARE * used.length) return [];
  const example = used.find(({ name, prompt }) => !prompt.toLowerCase().includes(name.toLowerCase()));
  const text = `${path}: ${used.length - withName} of ${used.length} prompts do not contain the name of their class, and are used verbatim: ${example?.prompt} for ${example?.name}; write out descriptors that are meant for a template`;
  return [makeWarning(text, about)];
}

/** Maximum share of descriptions that look pasted; above it, the file is refused. */
const MAX_PASTED_SHARE = 0.1;

/** @throws InputError if many descriptions look pasted from code or a list, naming the class of the first */
function checkDescriptions(descriptions: Descriptions, path: string, id: string): Note[] {
  const about = { templates: id };
  const all = [...descriptions].flatMap(([name, prompts]) => prompts.map((prompt) => ({ name, prompt })));
  const odd = all.flatMap(({ name, prompt }) => {
    const pasted = pastedProblem(prompt.trim().replace(/\s+/g, " ")); // tokenizers read line breaks as spaces
    return pasted === null ? [] : [{ name, prompt, pasted }];
  });
  const [first] = odd;
  const notes: Note[] = [];
  if (first !== undefined) {
    const { name, prompt, pasted } = first;
    const what = `looks pasted from code or a list (${pasted.reason}), and that would be in the prompt`;
    if (odd.length > MAX_PASTED_SHARE * all.length) {
      const fix = pasted.fix === null ? "" : `write ${pasted.fix} instead of `;
      throw new InputError(`${path}: ${name}: ${what}: ${fix}${prompt}`);
    }
    // Texts by language models contain lists
    const text = `${path}: ${odd.length} of ${all.length} descriptions look like parts of lists or code, and are used verbatim: ${JSON.stringify(prompt)} for ${name}`;
    notes.push(makeNote(text, about));
  }
  const unfilled = all.find(({ prompt }) => /\{c?\}/.test(prompt))?.prompt;
  if (unfilled !== undefined) {
    const text = `${path}: descriptions are used verbatim: the braces stay in the prompt and are not replaced with a class name: ${unfilled}`;
    notes.push(makeWarning(text, about));
  }
  return notes;
}
