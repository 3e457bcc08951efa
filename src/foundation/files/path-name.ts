/** Bytes of a folder's name that every file system takes, with room for an ending. */
const MAX_BYTES = 200;
/** Names that Windows keeps for devices, with any ending. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
/** Control characters, line separators, and those that change the direction of text. */
const CONTROL = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/**
 * Why a name cannot be that of a folder on every file system, and below its parent.
 *
 * @returns null where it can; else what is wrong, to be put after the name: `is empty`
 */
export function pathNameProblem(name: string): string | null {
  if (name === "") return "is empty";
  if (name === "." || name === "..") return "means another folder";
  if (/[/\\]/.test(name)) return "has a folder separator in it";
  if (CONTROL.test(name)) return "has a control character in it";
  if (!name.isWellFormed()) return "is no Unicode text";
  if (DEVICE.test(name)) return "is a device's name on Windows";
  if (/^\s|\s$/u.test(name)) return "begins or ends with a space";
  if (name.endsWith(".")) return "ends with a dot, which Windows drops";
  if (Buffer.byteLength(name) > MAX_BYTES) return `is longer than ${MAX_BYTES} bytes`;
  return null;
}

/** A path as it is compared where letter case and Unicode form do not count. */
export function foldPath(path: string): string {
  return path.normalize("NFC").toLowerCase();
}
