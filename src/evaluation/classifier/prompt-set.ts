import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { fileId } from "../../foundation/files/named-data.ts";
import { describeIssues } from "../../foundation/files/parse-json.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { pastedProblem } from "./pasted-code.ts";
import { fillTemplate, readTemplateSet } from "./template.ts";

/** What turns class names into prompts: templates for all classes, or a list of descriptions for each. */
export interface PromptSet {
  readonly id: string;
  /** SHA-256 of the templates or descriptions */
  readonly sha256: string;
  /** templates; for descriptions, the most that a class has */
  readonly size: number;
  /** what may not be meant as it stands */
  readonly notes: readonly Note[];
  /** @throws InputError if a class has no description */
  promptsOf(className: string): readonly string[];
}

/**
 * Reads a prompt set: a template set (see `readTemplateSet`), or the user's own .json file of descriptions: an object
 * whose keys are the class names and whose values are lists of prompts, used as they are.
 *
 * @throws InputError for what `readTemplateSet` refuses, or a .json file of another form
 */
export async function readPromptSet(typed: string): Promise<PromptSet> {
  if (typed.endsWith(".json")) return await readDescriptions(typed);
  const { id, templates, sha256: hash, notes } = await readTemplateSet(typed);
  const promptsOf = (className: string) => templates.map((template) => fillTemplate(template, className));
  return { id, sha256: hash, size: templates.length, notes, promptsOf };
}

const descriptionsSchema = z.record(z.string(), z.array(z.string().min(1)).min(1));

async function readDescriptions(path: string): Promise<PromptSet> {
  const parsed = descriptionsSchema.safeParse(await readJson(path));
  if (!parsed.success) {
    throw new InputError(
      `${path}: expected an object of class names, each with a list of prompts: ${describeIssues(parsed.error)}`,
    );
  }
  const descriptions = new Map(Object.entries(parsed.data));
  const id = fileId(path, "descriptions");
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
  };
}

/** @throws InputError for a description that looks pasted from code or a list, naming its class */
function checkDescriptions(descriptions: ReadonlyMap<string, readonly string[]>, path: string, id: string): Note[] {
  let unfilled: string | undefined;
  for (const [className, prompts] of descriptions) {
    for (const prompt of prompts) {
      const pasted = pastedProblem(prompt.trim());
      if (pasted !== null) {
        throw new InputError(
          `${path}: ${className}: looks pasted from code or a list (${pasted.reason}), and that would be in the prompt: ${pasted.fix === null ? "" : `write ${pasted.fix} instead of `}${prompt}`,
        );
      }
      if (prompt.includes("{}")) unfilled ??= prompt;
    }
  }
  if (unfilled === undefined) return [];
  const text = `${path}: descriptions are used as they are: the braces are in the prompt, and no class name is put there: ${unfilled}`;
  return [makeWarning(text, { templates: id })];
}
