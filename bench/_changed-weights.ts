import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type WeightFile, weightFile } from "../src/model/weights/weight-file.ts";
import { readZipDirectory, storedOffset } from "../src/model/weights/zip-directory.ts";
import { type MadeEntry, makeZip } from "../test/model/weights/make-archive.ts";
import type { Random } from "./_random.ts";

const FIXTURES = join(import.meta.dirname, "../test/fixtures/weights");
const SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const SEEDS = [
  ...["types.safetensors", "types.pt", "views.pt", "parameters.pt", "compiled-parts.pt", "training.pt", "script.pt"],
  ...["module.pt", "zip64.pt", "protocol-3.pt", "protocol-5.pt", "sharded/model.safetensors.index.json"],
];

/** A valid file to be changed. */
interface Seed {
  readonly name: string;
  readonly bytes: Buffer;
  /** of a zip, its entries, so that one of another length can be inserted */
  readonly entries: readonly MadeEntry[];
  /** of a zip, the location of its pickle */
  readonly pickle: { readonly start: number; readonly end: number } | null;
}

/** The valid files. */
export function readSeeds(): Seed[] {
  return SEEDS.map((name) => {
    const bytes = readFileSync(join(FIXTURES, name));
    if (!name.endsWith(".pt")) return { name, bytes, entries: [], pickle: null };
    const file = memoryFile(name, bytes);
    const directory = [...readZipDirectory(file).values()].filter(({ method }) => method === 0);
    const entries = directory.map((entry) => ({
      name: entry.name,
      content: file.read(storedOffset(file, entry), entry.size),
    }));
    const place = directory.find((entry) => entry.name.endsWith("/data.pkl"));
    const start = place === undefined ? 0 : storedOffset(file, place);
    return { name, bytes, entries, pickle: { start, end: start + (place?.size ?? 0) } };
  });
}

/** A file in memory. */
export function memoryFile(name: string, bytes: Buffer): WeightFile {
  return weightFile(name, name, bytes.length, (into, offset) => bytes.copy(into, 0, offset));
}

/** A changed copy of a valid file. */
export function changedWeights(seed: Seed, random: Random): Buffer {
  let bytes = seed.bytes;
  const changes = random.chance(0.02) ? 0 : 1 + random.below(3);
  if (seed.pickle !== null && random.chance(0.6)) {
    if (random.chance(0.4)) {
      // A pickle of another length, in an archive that is otherwise valid
      const entries = seed.entries.map((entry) => {
        if (!entry.name.endsWith("/data.pkl")) return entry;
        let { content } = entry;
        for (let c = 0; c < changes; c++) content = random.pick(PICKLE_CHANGES)(content, random);
        return { ...entry, content };
      });
      return makeZip(entries);
    }
    const { start, end } = seed.pickle;
    let pickle = bytes.subarray(start, end);
    for (let c = 0; c < changes; c++) pickle = random.pick(SAME_LENGTH)(pickle, random);
    return Buffer.concat([bytes.subarray(0, start), pickle, bytes.subarray(end)]);
  }
  const kinds = seed.pickle !== null ? ZIP_CHANGES : seed.name.endsWith(".json") ? JSON_CHANGES : HEADER_CHANGES;
  for (let c = 0; c < changes; c++) bytes = random.pick(random.chance(0.7) ? kinds : ANY_CHANGES)(bytes, random);
  return bytes;
}

type Change = (bytes: Buffer, random: Random) => Buffer;

const NUMBERS = [0, 1, 2, 7, 8, 127, 128, 255, 256, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** Writes a special number, or one near the present one, to 1, 2, 4 or 8 bytes. */
function changeNumber(bytes: Buffer, random: Random, at = random.below(bytes.length)): Buffer {
  const length = Math.min(random.pick([1, 2, 4, 8]), bytes.length - at);
  if (length <= 0) return bytes;
  const changed = Buffer.from(bytes);
  const there = changed.readUIntLE(at, Math.min(length, 6));
  const value = random.chance(0.4) ? Math.max(0, there + random.pick([-1, 1, 4, -4])) : random.pick(NUMBERS);
  changed.fill(random.chance(0.1) ? 0xff : 0, at, at + length);
  changed.writeUIntLE(value % 256 ** Math.min(length, 6), at, Math.min(length, 6));
  return changed;
}

function splice(bytes: Buffer, at: number, drop: number, insert: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + drop)]);
}

const SAME_LENGTH: readonly Change[] = [
  changeNumber,
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    const at = random.below(bytes.length);
    changed[at] = random.chance(0.5) ? (changed[at] as number) ^ (1 << random.below(8)) : random.below(256);
    return changed;
  },
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    const length = Math.min(1 + random.below(16), bytes.length);
    const from = random.below(bytes.length - length + 1);
    bytes.copy(changed, random.below(bytes.length - length + 1), from, from + length);
    return changed;
  },
  (bytes, random) => {
    if (bytes.length === 0) return bytes;
    const changed = Buffer.from(bytes);
    changed[random.below(bytes.length)] = random.pick(OPCODES).charCodeAt(0);
    return changed;
  },
];

const OPCODES = [
  ..."().012BCGJKMNQRTUX]abcdehjloqrstu}\x80\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97",
];
const SNIPPETS = [
  ..."N)(0}]QRb\x85\x86\x87\x88\x89\x81\x93\x94",
  ...[
    "h\x00",
    "h\x01",
    "q\x00",
    "q\x05",
    "K\x00",
    "K\x7f",
    "J\xff\xff\xff\xff",
    "J\x00\x00\x00\x80",
    "(t",
    "(l",
    "(u",
    "(e",
  ],
  ...[
    "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
    "\x8a\x08\x00\x00\x00\x00\x00\x00\x20\x00",
    "\x8a\x02\xff\xff",
    "G\x7f\xf0\0\0\0\0\0\0",
  ],
  ...[
    "cos\nsystem\n",
    "cbuiltins\neval\n",
    "ctorch._utils\n_rebuild_tensor_v2\n",
    "ctorch\nFloatStorage\n",
    "ctorch\nSize\n",
  ],
  ...[
    "ctorch\nIntStorage\n",
    "ctorch._tensor\n_rebuild_from_type_v2\n",
    "c__torch__\nM\n)\x81}b",
    "ccollections\nOrderedDict\n)R",
  ],
  ...["X\x01\0\0\0a", "X\xff\xff\xff\x7f", "\x8d\x00\0\0\0\0\0\0\x80", "X\x0a\0\0\0state_dict", "X\x07\0\0\0module."],
];

const ANY_CHANGES: readonly Change[] = [
  ...SAME_LENGTH,
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1 + random.below(random.chance(0.5) ? 4 : 200)),
  (bytes, random) =>
    splice(bytes, random.below(bytes.length + 1), 0, Buffer.alloc(1 + random.below(70), random.below(256))),
  (bytes, random) => {
    const from = random.below(bytes.length + 1);
    return splice(bytes, random.below(bytes.length + 1), 0, bytes.subarray(from, from + 1 + random.below(120)));
  },
];

const PICKLE_CHANGES: readonly Change[] = [
  ...ANY_CHANGES,
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, Buffer.from(random.pick(SNIPPETS), "latin1")),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, Buffer.from(random.pick(SNIPPETS), "latin1")),
  (bytes, random) =>
    splice(
      bytes,
      random.below(bytes.length + 1),
      0,
      Buffer.from(random.pick(SNIPPETS).repeat(1 + random.below(200)), "latin1"),
    ),
];

/** Offsets and sizes of the numbers in a directory entry, the end record and the 64-bit end record. */
const RECORDS: readonly (readonly [signature: number, fields: readonly number[]])[] = [
  [0x02014b50, [8, 10, 20, 22, 24, 26, 28, 30, 32, 34, 42, 44, 46]],
  [0x04034b50, [6, 8, 18, 22, 26, 28, 30]],
  [0x06054b50, [4, 6, 8, 10, 12, 16, 20]],
  [0x06064b50, [4, 16, 20, 24, 32, 40, 44, 48, 52]],
  [0x07064b50, [4, 8, 12, 16]],
];

const ZIP_CHANGES: readonly Change[] = [
  (bytes, random) => {
    const [signature, fields] = random.pick(RECORDS);
    const found: number[] = [];
    for (let at = 0; at + 4 <= bytes.length; at++) if (bytes.readUInt32LE(at) === signature) found.push(at);
    return found.length === 0
      ? bytes
      : changeNumber(bytes, random, Math.min(random.pick(found) + random.pick(fields), bytes.length - 1));
  },
];

const JSON_NUMBERS = [
  "0",
  "1",
  "-1",
  "8",
  "1.0",
  "1e3",
  "-0",
  "9007199254740991",
  "9007199254740992",
  "18446744073709551615",
  "1e400",
  "true",
  "null",
  "[]",
  "{}",
];
const JSON_TEXTS = [
  "F32",
  "F64",
  "F16",
  "U16",
  "F9",
  "dtype",
  "shape",
  "data_offsets",
  "__metadata__",
  "__proto__",
  "a",
  "",
  "../x",
  "module.",
  "\\u0061",
  "\\ud800",
  SHARDS[0] as string,
  SHARDS[1] as string,
];

const JSON_CHANGES: readonly Change[] = [
  (bytes, random) => replaceMatch(bytes, random, /-?\d+/g, () => random.pick(JSON_NUMBERS)),
  (bytes, random) => replaceMatch(bytes, random, /"[^"]*"/g, () => `"${random.pick(JSON_TEXTS)}"`),
  (bytes, random) =>
    replaceMatch(bytes, random, /[{}[\],:"]/g, () => random.pick(["", "{", "}", "[", "]", ",", ":", '"', "[[[["])),
  (bytes, random) => replaceMatch(bytes, random, /"[^"]*": ?(?:\{[^}]*\}|"[^"]*"),?/g, (match) => `${match},${match}`),
  (bytes, random) =>
    replaceMatch(bytes, random, /-?\d+/g, (match) => String(Number(match) + random.pick([-8, -4, -1, 1, 4, 8]))),
];

/** The same for a safetensors file's header, whose length is usually corrected. */
const HEADER_CHANGES: readonly Change[] = JSON_CHANGES.map((change) => (bytes, random) => {
  if (bytes.length < 8) return bytes;
  const end = 8 + bytes.readUInt32LE(0);
  const header = change(bytes.subarray(8, end), random);
  const length = Buffer.alloc(8);
  length.writeUInt32LE(header.length + (random.chance(0.1) ? random.pick([-1, 1, 8]) : 0) || 0);
  return Buffer.concat([length, header, bytes.subarray(end)]);
});

function replaceMatch(bytes: Buffer, random: Random, pattern: RegExp, by: (match: string) => string): Buffer {
  const text = bytes.toString("latin1");
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return bytes;
  const { 0: match, index } = random.pick(matches);
  return Buffer.from(text.slice(0, index) + by(match) + text.slice(index + match.length), "latin1");
}
