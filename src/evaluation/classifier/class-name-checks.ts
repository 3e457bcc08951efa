import { InputError } from "../../foundation/errors.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { pastedProblem } from "./pasted-code.ts";

const WNID = /^n\d{8}$/;
/** A number before a name, as in "0: tench" or "001.Black_footed_Albatross". */
const NUMBERED = /^[([]?(\d+)\s*[.:)\]-]+\s*(\S.*)$/;

/**
 * Refuses names that cannot be intended, since the text would be in every prompt: WordNet ids, quotes and brackets
 * around a name, a comma after it, numbers before the names.
 *
 * @throws InputError naming the first, with a suggestion if possible
 */
export function checkClassNames(names: readonly string[], where: string): void {
  const wnid = names.findIndex((name) => WNID.test(name));
  if (wnid !== -1) {
    throw new InputError(`${where}: index ${wnid}: expected the name of a class, found the WordNet id ${names[wnid]}`);
  }
  const numbered = names.map((name) => NUMBERED.exec(name));
  for (const first of [0, 1]) {
    if (names.length < 2 || !numbered.every((match, index) => Number(match?.[1] ?? Number.NaN) === index + first))
      continue;
    throw new InputError(
      `${where}: every name starts with its number, which would be in every prompt: write ${numbered[0]?.[2]} instead of ${names[0]}`,
    );
  }
  for (const [index, name] of names.entries()) {
    const pasted =
      pastedProblem(name) ??
      (/[,;]$/.test(name) ? { reason: "a comma after it", fix: name.replace(/\s*[,;]+$/, "") } : bracketProblem(name));
    if (pasted === null) continue;
    const meant = pasted.fix === null ? "write the name alone" : `write ${pasted.fix}`;
    throw new InputError(
      `${where}: index ${index}: looks pasted from code or a list (${pasted.reason}), and that would be in every prompt: ${meant} instead of ${name}`,
    );
  }
}

/** Finds an unmatched bracket, as in the first and last line of a list. */
function bracketProblem(name: string) {
  const open = /^[[({]/.test(name) && !/[\])}]/.test(name);
  const close = /[\])}]$/.test(name) && !/[[({]/.test(name);
  return open || close ? { reason: "a bracket", fix: open ? name.slice(1).trim() : name.slice(0, -1).trim() } : null;
}

/** Warns of names that may be unintended. */
export function doubtfulClassNames(names: readonly string[], where: string, id: string): Note[] {
  const about = { classNames: id };
  const notes: Note[] = [];
  const warn = (what: string, isDoubtful: (name: string) => boolean) => {
    const found = names.filter(isDoubtful);
    if (found.length > 0)
      notes.push(
        makeWarning(
          `${where}: ${found.length} of ${names.length} names have ${what}, which is in their prompts: ${found[0]}`,
          about,
        ),
      );
  };
  warn("an underscore", (name) => name.includes("_"));
  warn("{} in them", (name) => name.includes("{}"));
  warn("an unusual space character", (name) => /[^\S ]/u.test(name));
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const first = seen.get(name.toLowerCase());
    if (first === undefined) seen.set(name.toLowerCase(), index);
    else if (name !== names[first]) {
      notes.push(
        makeNote(`${where}: indices ${first} and ${index} have names that differ only in letter case: ${name}`, about),
      );
      break;
    }
  }
  return notes;
}
