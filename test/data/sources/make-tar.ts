import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** A member for a test, valid or not: nothing here is checked. */
export interface MadeMember {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** the header's type character; "0" is a file */
  readonly flag?: string;
  /** the size that the header claims, where it differs from the content's size */
  readonly claims?: number;
  /** the header's field of 155 bytes that precedes the name */
  readonly prefix?: string;
  readonly link?: string;
  /** records of an extended header before the member's header */
  readonly pax?: Readonly<Record<string, string>>;
  /** a GNU long-name member before the member's header */
  readonly gnuName?: string;
}

const BLOCK = 512;
const END_MARK = Buffer.alloc(2 * BLOCK);

/**
 * Makes the bytes of a tar in the ustar format from the standard's table of fields, without a library.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format"
 */
export function makeTar(members: readonly MadeMember[], options: { readonly end?: boolean } = {}): Buffer {
  const parts = members.flatMap((member) => {
    const before: Buffer[] = [];
    if (member.pax !== undefined) {
      const records = Object.entries(member.pax).map(([key, value]) => paxRecord(key, value));
      before.push(...oneMember({ name: "extended", flag: "x", content: Buffer.concat(records) }));
    }
    if (member.gnuName !== undefined) {
      before.push(...oneMember({ name: "././@LongLink", flag: "L", content: `${member.gnuName}\0` }));
    }
    return [...before, ...oneMember(member)];
  });
  return Buffer.concat(options.end === false ? parts : [...parts, END_MARK]);
}

/** Writes a tar below a folder, and returns its path. */
export function writeTar(path: string, members: readonly MadeMember[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, makeTar(members));
  return path;
}

function oneMember(member: MadeMember): Buffer[] {
  const content = Buffer.from(member.content ?? "");
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [header(member, member.claims ?? content.length), content, padding];
}

function header(member: MadeMember, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(member.name, 0, 100, "utf8");
  block.write("0000444\0", 100, "latin1");
  block.write("0000000\0", 108, "latin1");
  block.write("0000000\0", 116, "latin1");
  writeSize(block, size);
  block.write("14524770400\0", 136, "latin1");
  block.write(member.flag ?? "0", 156, 1, "latin1");
  block.write(member.link ?? "", 157, 100, "utf8");
  block.write("ustar\x0000", 257, "latin1");
  block.write(member.prefix ?? "", 345, 155, "utf8");
  return sealHeader(block);
}

/** Eleven octal digits or, where they are too few, 12 bytes with the first bit set (GNU's base 256). */
function writeSize(block: Buffer, size: number): void {
  if (size >= 0 && size < 8 ** 11) {
    block.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
    return;
  }
  block[124] = size < 0 ? 0xff : 0x80;
  block.fill(size < 0 ? 0xff : 0, 125, 128);
  block.writeBigInt64BE(BigInt(size), 128);
}

/** Writes the checksum of a header block into it: the sum of its bytes, with blanks in place of the sum. */
export function sealHeader(block: Buffer): Buffer {
  block.write("        ", 148, "latin1");
  const sum = block.subarray(0, BLOCK).reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** "length key=value\n", where the length includes its digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length + 1;
  while (String(length).length + rest.length > length) length++;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}
