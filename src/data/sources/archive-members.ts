/*
 * Rules that tars and zips share: which names their members may have, how messages show names, and which members are
 * kept with their content.
 */

/** Maximum size of a member whose content is kept in the index, in bytes. */
export const SMALL_BYTES = 32;

/** PATH_MAX of Linux: a longer name could not be a path. */
const MAX_NAME_LENGTH = 4096;
/** Maximum number of names in a note. */
const FEW = 3;

/** Explains why a member cannot have a name; null where it can. */
export function nameFault(name: string): string | null {
  if (name === "") return "it has no name";
  if (name.length > MAX_NAME_LENGTH)
    return `its name has ${name.length} characters, expected at most ${MAX_NAME_LENGTH}`;
  const plain = name.replace(/\\x([0-9A-F]{2})/g, (_, hex) => (hex === "5C" ? "\\" : "?")); // see memberName
  if (/\p{Cc}/u.test(name)) return "its name contains a control character";
  if (/^(?:[/\\]|[A-Za-z]:[/\\])/.test(plain)) return "its name is an absolute path, expected one below the archive";
  if (plain.split(/[/\\]/).includes("..")) return 'its name has a ".." in it, expected a path below the archive';
  return null;
}

/** Formats a name for a message: quoted, with control characters escaped, and shortened in the middle if it is long. */
export function quote(name: string): string {
  const shown = name.length > 120 ? `${name.slice(0, 80)}…${name.slice(-30)}` : name;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Reports skipped members, because images may be missing as a result. */
export function skippedNotes(
  path: string,
  members: readonly { readonly type: string; readonly name: string }[],
): string[] {
  const names = members.filter(({ type }) => type === "other").map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > FEW ? ` and ${names.length - FEW} more` : "";
  return [`${path}: skipped links and devices: ${names.slice(0, FEW).join(", ")}${more}`];
}
