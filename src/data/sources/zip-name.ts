import { crc32 } from "node:zlib";
import { type EntryFault, extraField, type ZipEntry } from "../../foundation/files/zip-entry.ts";
import { escapeText } from "./member-name.ts";

/** The flag of a name in UTF-8. */
const UTF8_FLAG = 0x800;
/** Info-ZIP's second name: a version, CRC-32 of the first, UTF-8. */
const UNICODE_PATH = 0x7075;
/** Systems that write "\" between folders: MS-DOS, Windows NT, its file systems. */
const DOS_HOSTS: readonly number[] = [0, 10, 11, 14];

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Characters of the bytes from 0x80 on in the default character set of names: code page 437, of the IBM PC. */
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

export interface ZipName {
  /** with "/" between folders, and at the end of a folder's name */
  readonly text: string;
  /** whether "\" was replaced by "/" */
  readonly backslashes: boolean;
}

/**
 * Returns the name of an entry. It is UTF-8 where its flag states so, or where Info-ZIP's extra field contains it.
 * Without either it is read as UTF-8 if it is valid (macOS sets no flag), else as code page 437, in which every byte is
 * a character. Names in other character sets look odd but remain distinct.
 *
 * @throws the error from `fault` for a name that is not UTF-8 in spite of its flag, or a second name that does not
 *   belong to the first
 */
export function zipName(entry: ZipEntry, fault: EntryFault): ZipName {
  const { nameBytes, host } = entry;
  const text = nameText(entry, fault);
  // As Info-ZIP's unzip does: .NET wrote such names before 4.6.1. In Shift-JIS, the byte may be part of a character
  const backslashes =
    DOS_HOSTS.includes(host) && text.includes("\\") && !text.includes("/") && nameBytes.every((byte) => byte < 0x80);
  return { text: backslashes ? text.replaceAll("\\", "/") : escapeText(text), backslashes };
}

function nameText({ nameBytes, flags, extra }: ZipEntry, fault: EntryFault): string {
  if (nameBytes.every((byte) => byte < 0x80)) return nameBytes.toString("latin1");
  const second = extraField(extra, UNICODE_PATH, () => fault);
  const isUtf8 = (flags & UTF8_FLAG) !== 0;
  const text = decode(nameBytes);
  if (isUtf8) {
    if (text === null) throw fault("its name is not UTF-8, although its flag states so");
    return text;
  }
  // A second name that belongs to another name was left by a program that renamed the entry
  if (second !== null && second.length > 5 && second[0] === 1 && second.readUInt32LE(1) === crc32(nameBytes)) {
    const unicode = decode(second.subarray(5));
    if (unicode === null) throw fault("its second name is not UTF-8");
    return unicode;
  }
  return text ?? [...nameBytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : CP437[byte - 0x80])).join("");
}

function decode(bytes: Uint8Array): string | null {
  try {
    return STRICT.decode(bytes);
  } catch {
    return null;
  }
}
