import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openFileBytes } from "../src/data/sources/byte-source.ts";
import { zipFormat } from "../src/data/sources/zip-format.ts";
import { InputError } from "../src/foundation/errors.ts";
import { sha256 } from "../src/foundation/files/sha256.ts";
import { type Random, seededRandom } from "./_random.ts";

const FOLDER = join(import.meta.dirname, "../test/fixtures/zips");
const END = [0x50, 0x4b, 5, 6];
const SIGNATURES: readonly (readonly number[])[] = [
  [0x50, 0x4b, 1, 2],
  [0x50, 0x4b, 3, 4],
  END,
  [0x50, 0x4b, 6, 6],
  [0x50, 0x4b, 6, 7],
];
/** Size of the fields after a signature, in bytes. */
const HEADER = 46;
/** Values that are written to fields. */
const VALUES = [
  0, 1, 2, 7, 8, 12, 99, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

/** A zip to be changed, and its content: name → SHA-256. */
interface Base {
  readonly name: string;
  readonly bytes: Buffer;
  readonly contents: ReadonlyMap<string, string>;
  readonly isEncrypted: boolean;
}

interface Expected {
  readonly password: string;
  readonly archives: Readonly<Record<string, readonly { readonly name: string; readonly sha256: string }[]>>;
}

function expected(): Expected {
  return JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8"));
}

/** The password of the encrypted ones. */
export function zipPassword(): string {
  return expected().password;
}

function readBases(): Base[] {
  const { archives } = expected();
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".zip"))
    .map((name) => ({
      name,
      bytes: readFileSync(join(FOLDER, name)),
      contents: new Map(archives[name]?.map((member) => [member.name, member.sha256])),
      isEncrypted: /^(?:aes|zipcrypto)/.test(name),
    }));
}

export interface FuzzedZip {
  readonly base: Base;
  readonly bytes: Buffer;
  readonly isChanged: boolean;
}

/** Zips with all kinds of faults, and some valid ones. */
export function* fuzzedZips(seed: number, count: number): Iterable<FuzzedZip> {
  const bases = readBases();
  for (let i = 0; i < count; i++) {
    const random = seededRandom(seed * 1_000_003 + i);
    // deriving a key takes a millisecond, so encrypted ones are rarer
    const base = random.pick(bases.filter(({ isEncrypted }) => !isEncrypted || random.chance(0.2)));
    let bytes: Buffer = Buffer.from(base.bytes);
    const changes = random.chance(0.03) ? 0 : 1 + random.below(3);
    for (let c = 0; c < changes; c++) bytes = random.pick(CHANGES)(bytes, random);
    yield { base, bytes, isChanged: !bytes.equals(base.bytes) };
  }
}

type Change = (zip: Buffer, random: Random) => Buffer;

const CHANGES: readonly Change[] = [
  changeField,
  changeField,
  changeField,
  changeField,
  changeBit,
  (zip, random) => setByte(zip, random.below(zip.length), random.below(256)),
  (zip, random) => zip.subarray(0, random.below(zip.length + 1)),
  (zip, random) => splice(zip, placeOf(zip, random), 1 + random.below(60)),
  (zip, random) => splice(zip, placeOf(zip, random), 0, Buffer.alloc(1 + random.below(60), random.below(256))),
  (zip, random) => {
    const from = placeOf(zip, random);
    return splice(zip, placeOf(zip, random), 0, zip.subarray(from, from + 30 + random.below(200)));
  },
  (zip, random) => {
    const from = placeOf(zip, random);
    return overwrite(zip, placeOf(zip, random), zip.subarray(from, from + 4 + random.below(80)));
  },
  (zip, random) => Buffer.concat([zip, random.chance(0.5) ? zip : Buffer.alloc(random.below(100))]),
  (zip, random) => Buffer.concat([Buffer.from("junk".repeat(random.below(30))), zip]),
];

/** Writes another value to two, four or eight bytes of a header. */
function changeField(zip: Buffer, random: Random): Buffer {
  const at = placeOf(zip, random) + 2 * random.below(HEADER / 2);
  const bytes = Buffer.alloc(8);
  const value = random.chance(0.5) ? random.pick(VALUES) : random.below(zip.length + 1);
  bytes.writeUInt32LE(value);
  return overwrite(zip, at, bytes.subarray(0, random.pick([2, 2, 4, 4, 8])));
}

/** An offset, most often near a header: elsewhere it changes data, which the checksum detects. */
function changeBit(zip: Buffer, random: Random): Buffer {
  if (zip.length === 0) return zip;
  const at = random.chance(0.8) ? placeOf(zip, random) + random.below(90) : random.below(zip.length);
  return at < zip.length ? setByte(zip, at, (zip[at] as number) ^ (1 << random.below(8))) : zip;
}

function setByte(zip: Buffer, at: number, value: number): Buffer {
  return overwrite(zip, at, Buffer.from([value]));
}

function overwrite(zip: Buffer, at: number, bytes: Buffer): Buffer {
  const changed = Buffer.from(zip);
  bytes.copy(changed, at);
  return changed;
}

function splice(zip: Buffer, at: number, drop: number, insert: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([zip.subarray(0, at), insert, zip.subarray(at + drop)]);
}

/** The offset of a random header. */
function placeOf(zip: Buffer, random: Random): number {
  const signature = Buffer.from(random.pick(SIGNATURES));
  const found: number[] = [];
  for (let at = zip.indexOf(signature); at >= 0; at = zip.indexOf(signature, at + 1)) found.push(at);
  return found.length === 0 ? random.below(zip.length + 1) : random.pick(found);
}

export type ZipVerdict =
  | { readonly read: ReadonlyMap<string, string>; readonly refused: readonly string[] }
  | { readonly defect: string };

/** Time limit in milliseconds for a zip of a few kB on a busy machine. */
const DEADLINE = 20_000;

/** Reads a zip as an evaluation does: its index, and then each member by its position. */
export async function readZip(bytes: Buffer, path: string, passwordFile: string | undefined): Promise<ZipVerdict> {
  writeFileSync(path, bytes);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not read within ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    return await Promise.race([readMembers(path, passwordFile), late]);
  } catch (error) {
    if (error instanceof InputError) return { read: new Map(), refused: [error.message.slice(path.length)] };
    return { defect: String((error as Error).stack ?? error) };
  } finally {
    clearTimeout(timer);
  }
}

async function readMembers(path: string, passwordFile: string | undefined): Promise<ZipVerdict> {
  const { members, check } = await zipFormat.index(path, { passwordFile });
  const read = new Map<string, string>();
  const refused: string[] = [];
  const keep = (error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    refused.push(error.message.slice(path.length));
  };
  await check?.().catch(keep);
  const bytes = await openFileBytes(path);
  const reader = zipFormat.open({ passwordFile });
  try {
    for (const member of members) {
      const file = { path, bytes };
      try {
        const content = await reader.read(file, member);
        if (content.length !== member.bytes)
          throw new Error(`${member.name}: ${content.length} bytes of ${member.bytes}`);
        read.set(member.name, sha256(content));
        await reader.readHead(file, member, new Uint8Array(500));
      } catch (error) {
        keep(error);
      }
    }
  } finally {
    await reader.close();
    await bytes.close();
  }
  return { read, refused };
}

/**
 * Compares a verdict with the original content of the zip: everything that is read must be a member's content under its name, and
 * an unchanged zip must be read completely.
 *
 * @returns the fault; null if there is none
 */
export function zipFault(verdict: ZipVerdict, { base, isChanged }: FuzzedZip): string | null {
  if ("defect" in verdict) return `a defect: ${verdict.defect}`;
  const { read, refused } = verdict;
  for (const [name, hash] of read) {
    if (base.contents.get(name) !== hash)
      return `${JSON.stringify(name)}: bytes differ from those of the archive under this name`;
  }
  if (isChanged) return null;
  return refused.length === 0 && read.size === base.contents.size
    ? null
    : `refused although it is valid: ${refused[0]}`;
}
