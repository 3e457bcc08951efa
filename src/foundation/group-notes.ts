import { type Note, type NoteCause, someNames } from "./notes.ts";

/** Notes with the same cause. */
export interface NoteGroup {
  readonly severity: Note["severity"];
  /** one line: the cause, and the first places and names */
  readonly text: string;
  /** the cause alone, as a heading for the details */
  readonly cause: string;
  /** what the line leaves out, one entry per line with all names; empty where nothing is left out */
  readonly details: readonly string[];
}

/** Maximum number of places on the line of a group; of names, the maximum of any note. */
const PLACES = 3;
const NAMES = 5;

/** Groups notes by cause, in the order in which causes first appear; duplicate texts appear once. */
export function groupNotes(notes: readonly Note[]): NoteGroup[] {
  const groups = new Map<string, Map<string, Note>>();
  for (const note of notes) {
    const key = `${note.severity}: ${note.cause?.text ?? note.text}`;
    const group = groups.get(key) ?? new Map<string, Note>();
    groups.set(key, group);
    group.set(note.text, note);
  }
  return [...groups.values()].map((group) => toGroup([...group.values()]));
}

function toGroup(notes: readonly Note[]): NoteGroup {
  const { severity, text } = notes[0] as Note;
  const cause = notes.find((note) => note.cause !== undefined)?.cause;
  if (cause === undefined) return { severity, text, cause: text, details: [] };
  // A note may also be the cause alone, without names
  const causes = notes.map((note): NoteCause => note.cause ?? { text: note.text, names: [] });
  const places = [...new Set(causes.flatMap(({ where }) => (where === undefined ? [] : [where])))];
  const names = [...new Set(causes.flatMap((noteCause) => noteCause.names))];
  const isWhole =
    places.length <= PLACES &&
    names.length <= NAMES &&
    (places.length === 0 || causes.every((noteCause) => noteCause.names.length === names.length));
  return {
    severity,
    text: notes.length === 1 ? text : lineOf(causes, places, names),
    cause: cause.text,
    details: isWhole ? [] : places.length === 0 ? names : causes.map(detailOf),
  };
}

function lineOf(causes: readonly NoteCause[], places: readonly string[], names: readonly string[]): string {
  const { text } = causes[0] as NoteCause;
  if (places.length === 0) return `${text}: ${someNames(names, NAMES)}`;
  const times = causes.reduce((sum, noteCause) => sum + Math.max(1, noteCause.names.length), 0);
  const of = names.length === 0 ? "" : `; of ${someNames(names, NAMES)}`;
  return `${text}, ${times} times: ${someNames(places, PLACES, "; ")}${of}`;
}

function detailOf({ where, names }: NoteCause): string {
  return [where ?? "", names.join(", ")].filter((part) => part !== "").join(": ");
}
