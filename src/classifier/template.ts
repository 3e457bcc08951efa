import { findNamedFile } from "../files/named-data.ts";
import { readText } from "../files/read-text.ts";
import { sha256 } from "../files/sha256.ts";
import { InputError } from "../input-error.ts";

/** A prompt with one `{}` where the class name goes: "a photo of a {}.". */
export type Template = string;

export interface TemplateSet {
  readonly id: string;
  readonly templates: readonly Template[];
  /** SHA-256 of the templates, joined by newlines */
  readonly sha256: string;
}

/**
 * Reads a template set: one that ships with the package, by id, or the user's own file, one template a line.
 *
 * @param typed  "openai-80", "simple-7", "single-1", or the path of a .txt file
 * @throws InputError for an unknown id, an empty file, or a template that has not exactly one `{}`
 */
export async function readTemplateSet(typed: string): Promise<TemplateSet> {
  const file = await findNamedFile(typed, "template set", "prompts/templates", ".txt");
  const templates = parseTemplates(await readText(file.path), file.path);
  return { id: file.id, templates, sha256: sha256(templates.join("\n")) };
}

/** Parses one template a line; white space around a line is dropped, empty lines are passed over. */
export function parseTemplates(text: string, where: string): Template[] {
  const templates = text
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (templates.length === 0) throw new InputError(`${where}: expected one template a line, found none`);
  for (const template of templates) checkTemplate(template, where);
  return templates;
}

/** The prompt of a class: the template with the class name in place of `{}`, verbatim. */
export function fillTemplate(template: Template, className: string): string {
  const at = template.indexOf("{}");
  return template.slice(0, at) + className + template.slice(at + 2);
}

/** @throws InputError if the template has not exactly one `{}` */
export function checkTemplate(template: Template, where: string): void {
  const places = template.split("{}").length - 1;
  if (places !== 1) {
    throw new InputError(`${where}: expected exactly one {} in a template, found ${places} in "${template}"`);
  }
}
