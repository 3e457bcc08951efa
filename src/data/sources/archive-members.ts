/*
 * What tars and zips have in common: which names their members may have, how messages show them, and which members are kept
 * with their content.
 */

/** Members up to this size are kept in the index with their content, bytes. */
export const SMALL_BYTES = 32;

/** 4096 is PATH_MAX of Linux: no longer name could be a path. */
const MAX_NAME_LENGTH = 4096;
/** Names that a note gives. */
const FEW = 3;

/** Why no member may be called so; null where it may. */
export function nameFault(name: string): string | null {
  if (name === "") return "it has no name";
  if (name.length > MAX_NAME_LENGTH)
    return `its name has ${name.length} characters, expected ${MAX_NAME_LENGTH} at most`;
  const plain = name.replace(/\\x([0-9A-F]{2})/g, (_, hex) => (hex === "5C" ? "\\" : "?")); // see memberName
  if (/\p{Cc}/u.test(name)) return "its name holds a control character";
  if (/^(?:[/\\]|[A-Za-z]:[/\\])/.test(plain)) return "its name is an absolute path, expected one below the archive";
  if (plain.split(/[/\\]/).includes("..")) return 'its name has a ".." in it, expected a path below the archive';
  return null;
}

/** A name as a message may show it: quoted, control characters escaped, its middle left out where it is long. */
export function quote(name: string): string {
  const shown = name.length > 120 ? `${name.slice(0, 80)}…${name.slice(-30)}` : name;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What was skipped of the members: it is told, as an image might be missing by it. */
export function skippedNotes(
  path: string,
  members: readonly { readonly type: string; readonly name: string }[],
): string[] {
  const names = members.filter(({ type }) => type === "other").map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > FEW ? ` and ${names.length - FEW} more` : "";
  return [`${path}: skipped, as they are links or devices: ${names.slice(0, FEW).join(", ")}${more}`];
}
