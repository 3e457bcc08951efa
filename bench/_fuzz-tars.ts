import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { memberNameBytes } from "../src/data/sources/member-name.ts";
import { indexTar } from "../src/data/sources/tar-index.ts";
import { InputError } from "../src/foundation/errors.ts";
import { type Random, seededRandom } from "./_random.ts";

/** Size of a header, to which data are padded, in bytes. */
const BLOCK = 512;
const BASES = join(import.meta.dirname, "../test/fixtures/tars/fuzz-bases.json");

/** Fields of a header: [offset, size in bytes, alternative values]. */
const FIELDS: readonly (readonly [number, number, readonly string[]])[] = [
  [
    0,
    100,
    ["", ".", "./", "..", "../x", "/x", "C:\\x", "a\\..\\b", "a//b", "a/./b", "x/", "a\nb", "\xff\xfe.jpg", "a.jpg"],
  ],
  [100, 8, ["", "0000644\0", "99999999", "-1\0"]],
  [108, 8, ["", "0000000\0", "\x80\0\0\0\0\0\0\x01", "\xff\xff\xff\xff\xff\xff\xff\xff"]],
  [
    124,
    12,
    [
      ...[
        "",
        "00000000000\0",
        "00000000001\0",
        "00000000777\0",
        "77777777777\0",
        "        7\0  ",
        "7\0",
        "0x1\0",
        "8\0",
        "-1\0",
      ],
      ...[
        "+5\0",
        "1_0\0",
        "5 5\0",
        "\x80\0\0\0\0\0\0\0\0\0\0\x05",
        "\x80\0\0\0\0\0\0\0\0\0\x02\0",
        "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
      ],
      ...[
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
        "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff",
        "\x40\0\0\0\0\0\0\0\0\0\0\x05",
      ],
    ],
  ],
  [136, 12, ["", "14524770400\0", "-5\0", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfb"]],
  [148, 8, ["", "        ", "0000000\0", "\0\0\0\0\0\0\0\0"]],
  [156, 1, ["\0", "0", "1", "2", "3", "4", "5", "6", "7", "A", "D", "K", "L", "M", "N", "S", "V", "X", "g", "x", " "]],
  [157, 100, ["", "a.jpg", "../a.jpg"]],
  [257, 8, ["", "ustar\x0000", "ustar  \0", "ustar\0\0\0", "USTAR\x0000", "ustar\x0001", "ustar 00"]],
  [345, 155, ["", "prefix", "/prefix", "..", "a/", "\x01".repeat(12)]],
  [500, 12, ["", "tar\0", "\xff"]],
];
/** Keys and values of extended headers. */
const PAX_KEYS = [
  "path",
  "size",
  "linkpath",
  "comment",
  "mtime",
  "GNU.sparse.major",
  "GNU.sparse.name",
  "hdrcharset",
  "uid",
];
const PAX_VALUES = [
  "",
  "a.jpg",
  "5",
  "05",
  " 5",
  "-1",
  "1e3",
  "700",
  "999999999999999999999",
  "..",
  "/x",
  "x/",
  "1",
  "1.5",
  "\xff",
  "b=c",
  "a\nb",
];

/** The tars that are changed: of every format and writer; {@link BASES} states how they were made. */
export function readBases(): Buffer[] {
  const bases = JSON.parse(readFileSync(BASES, "utf8")) as Record<string, string>;
  return Object.values(bases).map((text) => gunzipSync(Buffer.from(text, "base64")));
}

/** Tars with all kinds of faults, and some valid ones. */
export function* fuzzedTars(seed: number, count: number): Iterable<Buffer> {
  const bases = readBases();
  for (let i = 0; i < count; i++) yield fuzzedTar(seededRandom(seed * 1_000_003 + i), bases);
}

function fuzzedTar(random: Random, bases: readonly Buffer[]): Buffer {
  let tar: Buffer = Buffer.from(random.pick(bases));
  const changes = random.chance(0.05) ? 0 : 1 + random.below(3);
  for (let c = 0; c < changes; c++) tar = random.pick(CHANGES)(tar, random, bases);
  return tar.subarray(0, 1 << 20);
}

type Change = (tar: Buffer, random: Random, bases: readonly Buffer[]) => Buffer;

const CHANGES: readonly Change[] = [
  changeField,
  changeField,
  changeField,
  changeField,
  (tar, random) => changeByte(tar, random, true),
  (tar, random) => changeByte(tar, random, false),
  (tar, random) => tar.subarray(0, random.below(tar.length + 1)),
  (tar, random) => tar.subarray(0, blockOf(tar, random)),
  (tar, random) => splice(tar, blockOf(tar, random), BLOCK * (1 + random.below(2))),
  (tar, random) => splice(tar, blockOf(tar, random), 0, Buffer.alloc(BLOCK * (1 + random.below(3)))),
  (tar, random) => splice(tar, blockOf(tar, random), 0, Buffer.from("junk".repeat(BLOCK / 4))),
  (tar, random) => {
    const from = blockOf(tar, random);
    return splice(tar, blockOf(tar, random), 0, tar.subarray(from, from + BLOCK * (1 + random.below(4))));
  },
  (tar, random, bases) => Buffer.concat([tar, random.pick(bases)]),
  (tar, random, bases) => {
    const end = Math.max(0, tar.length - 2 * BLOCK);
    return random.chance(0.5) ? Buffer.concat([tar.subarray(0, end), random.pick(bases)]) : tar.subarray(0, end);
  },
  (tar, random) => Buffer.concat([tar, Buffer.alloc(random.below(3 * BLOCK), random.chance(0.7) ? 0 : 65)]),
  changePax,
  changePax,
  (tar, random) => splice(tar, headerOf(tar, random), 0, extendedHeader(random)),
];

/** Writes another value to a header field; the checksum is usually updated. */
function changeField(tar: Buffer, random: Random): Buffer {
  const at = headerOf(tar, random);
  if (at + BLOCK > tar.length) return tar;
  const [from, bytes, values] = random.pick(FIELDS);
  const changed = Buffer.from(tar);
  const value = random.pick(values);
  if (random.chance(0.8)) changed.fill(0, at + from, at + from + bytes);
  changed.write(value, at + from, bytes, "latin1");
  if (random.chance(0.9)) seal(changed, at, random.chance(0.1));
  return changed;
}

function changeByte(tar: Buffer, random: Random, inHeader: boolean): Buffer {
  if (tar.length === 0) return tar;
  const header = headerOf(tar, random);
  const at = inHeader ? Math.min(header + random.below(BLOCK), tar.length - 1) : random.below(tar.length);
  const changed = Buffer.from(tar);
  changed[at] = random.chance(0.5) ? (changed[at] as number) ^ (1 << random.below(8)) : random.below(256);
  if (inHeader && random.chance(0.7) && header + BLOCK <= tar.length) seal(changed, header, false);
  return changed;
}

/** Changes the text of an existing extended header, or inserts one before a member. */
function changePax(tar: Buffer, random: Random): Buffer {
  const headers = headersOf(tar).filter((at) => "xgLK".includes(String.fromCharCode(tar[at + 156] as number)));
  if (headers.length === 0) return splice(tar, headerOf(tar, random), 0, extendedHeader(random));
  const at = random.pick(headers) + BLOCK;
  if (at >= tar.length) return tar;
  const changed = Buffer.from(tar);
  const position = Math.min(at + random.below(random.chance(0.5) ? 24 : 200), tar.length - 1);
  changed[position] = random.chance(0.5) ? random.pick([0, 10, 32, 45, 48, 49, 57, 61]) : random.below(256);
  return changed;
}

/** An extended header or a GNU long name with valid or invalid records. */
function extendedHeader(random: Random): Buffer {
  const flag = random.pick(["x", "x", "x", "g", "L", "L", "K"]);
  const records = Array.from({ length: 1 + random.below(2) }, () => {
    const rest = ` ${random.pick(PAX_KEYS)}=${random.pick(PAX_VALUES)}\n`;
    let length = rest.length + 1;
    while (String(length).length + rest.length > length) length++;
    return `${random.chance(0.9) ? length : random.below(200)}${rest}`;
  });
  const text = "LK".includes(flag) ? `${random.pick(PAX_VALUES).padEnd(random.below(200), "n")}\0` : records.join("");
  const content = Buffer.from(text, "latin1");
  const block = Buffer.alloc(BLOCK);
  block.write("extended", 0, "latin1");
  block.write("0000644\0", 100, "latin1");
  block.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  block.write("14524770400\0", 136, "latin1");
  block.write(flag, 156, "latin1");
  block.write(random.chance(0.8) ? "ustar\x0000" : "ustar  \0", 257, "latin1");
  seal(block, 0, false);
  return Buffer.concat([block, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** Updates a header's checksum: the sum of its bytes or, as in some old writers, of its signed bytes. */
function seal(tar: Buffer, at: number, signed: boolean): void {
  tar.write("        ", at + 148, "latin1");
  let sum = 0;
  for (let i = at; i < at + BLOCK; i++) sum += signed ? tar.readInt8(i) : (tar[i] as number);
  tar.write(`${Math.max(sum, 0).toString(8).padStart(6, "0")}\0 `, at + 148, "latin1");
}

function splice(tar: Buffer, at: number, drop: number, insert: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([tar.subarray(0, at), insert, tar.subarray(at + drop)]);
}

function blockOf(tar: Buffer, random: Random): number {
  return BLOCK * random.below(Math.floor(tar.length / BLOCK) + 1);
}

function headerOf(tar: Buffer, random: Random): number {
  const headers = headersOf(tar);
  return headers.length === 0 ? 0 : random.pick(headers);
}

/** Blocks with a header's mode and time at the correct offsets. */
function headersOf(tar: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at + BLOCK <= tar.length; at += BLOCK) {
    if (/^[0-7 ]{6,7}[\0 ]/.test(tar.toString("latin1", at + 100, at + 108))) found.push(at);
  }
  return found;
}

/** The result of reading a tar: a digest like that of tarfile-verdicts.py, or the reason of a refusal. */
export type TarVerdict = { readonly digest: string } | { readonly refused: string } | { readonly defect: string };

/** Time limit in milliseconds for a tar of a few kB on a busy machine. */
const DEADLINE = 20_000;

/** Reads a tar as an evaluation does: its index, and then each member by its position. */
export async function readTar(content: Buffer, path: string): Promise<TarVerdict> {
  writeFileSync(path, content);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not read within ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    return { digest: digestOf(path, await Promise.race([indexTar(path), late])) };
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message.slice(path.length) };
    return { defect: String((error as Error).stack ?? error) };
  } finally {
    clearTimeout(timer);
  }
}

function digestOf(path: string, members: Awaited<ReturnType<typeof indexTar>>): string {
  const digest = createHash("sha256");
  const file = openSync(path, "r");
  try {
    for (const { name, type, offset, bytes, text } of members) {
      const content = Buffer.alloc(bytes);
      if (readSync(file, content, 0, bytes, offset) !== bytes) throw new Error(`${name}: some of its data are missing`);
      if (text !== null && text !== content.toString("latin1"))
        throw new Error(`${name}: its text differs from its data`);
      const hash = createHash("sha256").update(content).digest("hex");
      digest.update(`${type === "directory" ? "d" : "f"} ${bytes} ${hash} `);
      digest.update(Buffer.concat([memberNameBytes(name), Buffer.from("\n")]));
    }
  } finally {
    closeSync(file);
  }
  return digest.digest("hex").slice(0, 16);
}

/**
 * Compares a verdict with tarfile's line: what is read must equal tarfile's result byte for byte, and a valid tar must be read.
 * An invalid tar may be refused regardless of tarfile's result, because tarfile stops at damage without an error.
 *
 * @returns the fault; null if there is none
 */
export function tarFault(verdict: TarVerdict, expected: string): string | null {
  const [sound, digest] = expected.split(" ");
  if ("defect" in verdict) return `a defect: ${verdict.defect}`;
  if ("refused" in verdict) return sound === "+" ? `refused although it is valid: ${verdict.refused}` : null;
  if (digest === "-") return "read although tarfile fails";
  return verdict.digest === digest ? null : "members or bytes differ from tarfile's";
}
