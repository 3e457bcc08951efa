import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { readWeights } from "../../../src/model/weights/read-weights.ts";
import { temporaryFolder } from "../../helpers.ts";
import {
  call,
  dict,
  makeArchive,
  makePickle,
  makeSafetensors,
  makeZip,
  tensor,
  text,
  tuple,
  uint32,
  whole,
} from "./make-archive.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/weights");
let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});
const scratch = () => folder;
const two = { "0": Buffer.alloc(8) };

async function read(bytes: Buffer, name = "weights.bin") {
  const path = join(scratch(), name);
  writeFileSync(path, bytes);
  return readWeights(path);
}

/** The message of the refusal; any error other than an InputError fails the test. */
async function refusal(bytes: Buffer, name?: string): Promise<string> {
  const result = await read(bytes, name).catch((error: unknown) => error);
  if (result instanceof InputError) return result.message;
  throw result instanceof Error ? result : new Error("it was read");
}

const archive = (pickle: string, storages: Readonly<Record<string, Buffer>> = two) =>
  makeArchive(makePickle(pickle), storages);

describe("a pickle that would run code", () => {
  const trace = () => join(scratch(), "it-ran");
  const attacks: [string, (path: string) => string][] = [
    ["os.system", (path) => call("os", "system", text(`touch ${path}`))],
    ["posix.system", (path) => call("posix", "system", text(`touch ${path}`))],
    ["builtins.eval", (path) => call("builtins", "eval", text(`open(${JSON.stringify(path)}, "w")`))],
    ["builtins.exec", (path) => call("builtins", "exec", text(`open(${JSON.stringify(path)}, "w")`))],
    ["node:child_process.execSync", (path) => call("node:child_process", "execSync", text(`touch ${path}`))],
    ["subprocess.Popen", (path) => `csubprocess\nPopen\n${tuple(text(`touch ${path}`))}\x81`],
    ["__proto__.constructor", (path) => call("__proto__", "constructor", text(`touch ${path}`))],
  ];

  it.each(attacks)("by %s at its top level is refused by that name, and runs nothing", async (name, attack) => {
    expect(await refusal(archive(attack(trace())))).toContain(`found an object made by ${name}`);
    expect(existsSync(trace())).toBe(false);
  });

  it.each(attacks)(
    "by %s beside tensors makes that tensor unusable by name, and runs nothing",
    async (name, attack) => {
      const weights = await read(archive(dict({ bad: attack(trace()), good: tensor() })));
      expect(weights.unusable.get("bad")).toContain(name);
      expect([...weights.tensors.keys()]).toEqual(["good"]);
      expect(existsSync(trace())).toBe(false);
    },
  );

  it("keeps nested calls as records: a reduce bomb takes no more memory than its pickle", async () => {
    const more = Array.from({ length: 20_000 }, () => "\x85q\x000cbuiltins\nlist\nh\x00R").join("");
    const bomb = call("builtins", "list") + more;
    expect(await refusal(archive(bomb))).toContain("builtins.list");
    const laughs = `]q\x000${Array.from({ length: 20_000 }, () => "](h\x00h\x00h\x00h\x00eq\x00").join("0")}`;
    expect(await refusal(archive(laughs))).toContain("found a list");
  });

  it("does not follow cycles: reading a list, a dict or a module that contains itself ends", async () => {
    expect(await refusal(archive("]q\x00h\x00a"))).toContain("found a list");
    expect(await refusal(archive(`}q\x00${text("state_dict")}h\x00s`))).toContain("no tensors");
    const self = `c__torch__\nM\n)\x81q\x00${dict({ inner: "h\x00", weight: tensor() })}b`;
    expect(await refusal(archive(self))).toContain("a module contains itself");
    // each module twice in the next: 2^60 names
    const twice = Array.from({ length: 60 }, () => `c__torch__\nM\n)\x81${dict({ a: "h\x00", b: "h\x00" })}bq\x00`);
    const shared = `c__torch__\nM\n)\x81${dict({ weight: tensor() })}bq\x000${twice.join("0")}`;
    expect(await refusal(archive(shared))).toContain("too many names");
  });
});

describe("a pickle that claims too much or lacks something", () => {
  it.each([
    ["a string of 4 GB", `X${uint32(0xffffffff)}ab`, "truncated"],
    ["a string of 2^63 bytes", `\x8d${"\xff".repeat(7)}\x7fab`, "truncated"],
    ["bytes of 2^64", `\x8e${"\xff".repeat(8)}ab`, "truncated"],
    ["an integer of 2 GB", `\x8b${uint32(0x7fffffff)}ab`, "truncated"],
    ["an unknown opcode", "\xff", "0xff"],
    ["a text protocol", "I1\n", "text protocol 0 or 1"],
    ["an extension code", "\x82\x01", "0x82"],
    ["an out-of-band buffer", "\x97", "0x97"],
    ["a missing mark", "u", "a mark is missing"],
    ["a missing value", "R", "a value is missing"],
    ["a value below its mark", "N(a", "a value is missing"],
    ["nothing at all", "", "a value is missing"],
    ["a value left over", "NN", "left over"],
    ["an unknown memo entry", "h\x07", "the memo has no entry 7"],
    ["a key without a value", "}(Nu", "a key has no value"],
    ["a list as a key", "}]Ns", "cannot be a key"],
    ["entries of a number", "K\x01NNs", "entries are set in a number"],
    ["items of a tuple", ")Na", "items are added to a tuple"],
    ["a state of a number", "K\x01Nb", "receives a state"],
    ["arguments that are not a tuple", "cos\nsystem\nNR", "arguments are not a tuple"],
    ["a name that is not a string", "NN\x93", "a class has no name"],
    ["a string that is not UTF-8", "X\x01\x00\x00\x00\xff", "not UTF-8"],
  ])("%s is refused", async (_, pickle, reason) => {
    expect(await refusal(archive(pickle))).toContain(reason);
  });

  it("of a protocol that does not exist is refused", async () => {
    expect(await refusal(makeArchive(Buffer.from([0x80, 6, 0x4e, 0x2e])))).toContain("its protocol is 6");
    expect(await refusal(makeArchive(Buffer.from("N.")))).toContain("does not begin with a protocol number");
  });

  it("with bytes after its end is refused", async () => {
    expect(
      await refusal(makeArchive(Buffer.concat([makePickle(dict({ a: tensor() })), Buffer.from("x")]), two)),
    ).toContain("bytes follow the end of the pickle");
  });
});

describe("a tensor that exceeds its storage", () => {
  const huge = 2 ** 52;
  it.each<[string, Parameters<typeof tensor>[0], string]>([
    ["more elements", { shape: [3] }, "it ends at byte 12 of its storage, which has 8"],
    ["an offset beyond", { offset: 1 }, "it ends at byte 12"],
    ["a stride beyond", { strides: [2] }, "it ends at byte 12"],
    ["a terabyte", { count: 2 ** 38, shape: [2 ** 38] }, "has 8 bytes in the archive, expected"],
    [
      "sizes whose product overflows",
      { shape: [huge, huge, huge], strides: [0, 0, 0] },
      "more elements than can be counted",
    ],
    ["an offset near 2^53", { offset: 2 ** 53 - 1 }, "of its storage, which has 8"],
    ["strides that overflow", { shape: [2, 2], strides: [2 ** 53 - 1, 2 ** 53 - 1] }, "of its storage, which has 8"],
    ["a missing storage", { key: "1" }, 'its storage "1" is not in the archive'],
    ["a storage outside the archive", { key: "../data.pkl" }, "is not in the archive"],
    ["half a storage", { count: 1, shape: [1] }, "has 8 bytes in the archive, expected 4"],
  ])("%s is refused by name", async (_, made, reason) => {
    const message = await refusal(archive(dict({ "visual.proj": tensor(made) })));
    expect(message).toContain('tensor "visual.proj"');
    expect(message).toContain(reason);
  });

  it.each<[string, Parameters<typeof tensor>[0]]>([
    ["a negative size", { shape: [-1] }],
    ["a negative stride", { strides: [-1] }],
    ["a negative offset", { offset: -1 }],
    ["a size beyond 2^53", { shape: [2n ** 62n] }],
    ["fewer strides than sizes", { shape: [1, 1] }],
    ["a negative storage", { count: -2 }],
    ["a storage of an unknown class", { storage: "StrangeStorage" }],
    ["a hundred axes", { shape: Array(100).fill(1), strides: Array(100).fill(1) }],
  ])("%s makes it unusable by name", async (_, made) => {
    const { tensors, unusable } = await read(archive(dict({ bad: tensor(made), good: tensor() })));
    expect([...tensors.keys()]).toEqual(["good"]);
    expect(unusable.get("bad")).toContain("_rebuild_tensor_v2 do not describe a tensor");
  });

  it("a storage with two element types is refused: PyTorch uses the first for all tensors", async () => {
    const both = dict({ a: tensor(), b: tensor({ storage: "IntStorage" }) });
    expect(await refusal(archive(both))).toContain("has two different descriptions");
  });

  it("a tensor whose state is set again is unusable", async () => {
    const { unusable } = await read(archive(dict({ a: `${tensor()})b`, b: tensor() })));
    expect(unusable.get("a")).toContain("set again");
  });
});

function withByte(bytes: Buffer, at: number, character: string): Buffer {
  bytes[at] = character.charCodeAt(0);
  return bytes;
}

describe("an invalid zip", () => {
  const pickle = makePickle(dict({ a: tensor() }));
  const entries = [
    { name: "archive/data.pkl", content: pickle },
    { name: "archive/data/0", content: Buffer.alloc(8) },
  ];
  const refusals: [string, Buffer, string][] = [
    ["a name that leads out", makeZip([...entries, { name: "../../etc/passwd", content: pickle }]), "leads out"],
    ["an absolute name", makeZip([...entries, { name: "/etc/passwd", content: pickle }]), "leads out"],
    [
      "two folders",
      makeZip([...entries, { name: "other/data/0", content: Buffer.alloc(8) }]),
      "outside the archive's folder",
    ],
    ["a duplicate name", makeZip([...entries, { name: "archive/data/0", content: Buffer.alloc(8) }]), "appears twice"],
    [
      "entries that overlap",
      makeZip([...entries, { name: "archive/data/1", content: pickle, claims: { offset: 0 } }]),
      "overlaps",
    ],
    [
      "an entry larger than its space",
      makeZip([
        { ...(entries[0] as (typeof entries)[0]) },
        { name: "archive/data/0", content: Buffer.alloc(8), claims: { size: 1 << 30 } },
      ]),
      "overlaps",
    ],
    [
      "an entry beyond the file",
      makeZip([{ ...(entries[0] as (typeof entries)[0]), claims: { offset: 0xfffffffe } }]),
      "overlaps",
    ],
    [
      "missing 64-bit sizes",
      makeZip([{ ...(entries[0] as (typeof entries)[0]), claims: { size: 0xffffffff } }]),
      "64-bit sizes",
    ],
    [
      "a compressed pickle",
      makeZip([{ ...(entries[0] as (typeof entries)[0]), claims: { method: 8 } }]),
      '"archive/data.pkl" is compressed',
    ],
    [
      "a pickle of two sizes",
      makeZip([{ ...(entries[0] as (typeof entries)[0]), claims: { storedSize: 3 } }]),
      "is compressed",
    ],
    [
      "a compressed storage",
      makeZip([
        entries[0] as (typeof entries)[0],
        { name: "archive/data/0", content: Buffer.alloc(8), claims: { method: 8 } },
      ]),
      '"archive/data/0" is compressed',
    ],
    [
      "an encrypted pickle",
      makeZip([{ ...(entries[0] as (typeof entries)[0]), claims: { flags: 1 } }]),
      "is encrypted",
    ],
    [
      "a header of another entry",
      withByte(makeZip(entries), 30 + "archive/data.pkl".length + pickle.length + 30 + "archive/data/".length, "1"),
      "its header differs from the directory",
    ],
    ["more entries than there are", makeZip(entries, { count: 3 }), "lists 2 entries, its end-of-directory record 3"],
    ["no pickle", makeZip([{ name: "archive/readme", content: pickle }]), "without <folder>/data.pkl"],
    ["no entries", makeZip([]), "without <folder>/data.pkl"],
    [
      "big-endian numbers",
      makeArchive(pickle, two, [{ name: "archive/byteorder", content: Buffer.from("big") }]),
      "expected little-endian numbers",
    ],
    ["bytes after it", Buffer.concat([makeZip(entries), Buffer.from("x")]), "bytes follow its end record"],
    ["bytes before it", Buffer.concat([Buffer.from("PK\x03\x04"), makeZip(entries)]), "directory does not end at"],
  ];

  it.each(refusals)("%s is refused", async (_, bytes, reason) => {
    expect(await refusal(Buffer.from(bytes))).toContain(reason);
  });

  it("a comment at its end is accepted", async () => {
    expect((await read(makeZip(entries, { comment: "made by hand" }))).tensors.size).toBe(1);
  });

  it("a pickle of more than 16 MB is refused before it is read", async () => {
    const path = join(scratch(), "large.pt");
    writeFileSync(path, makeZip([{ name: "archive/data.pkl", content: Buffer.alloc(16e6 + 1) }]));
    await expect(readWeights(path)).rejects.toThrow(/data\.pkl has 16 MB, the maximum is 16 MB/);
  });
});

describe("an invalid safetensors header", () => {
  const F32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: "F32", shape, data_offsets: [begin, end] });
  const a = F32([2], 0, 8);
  it.each<[string, Buffer, string]>([
    ["overlapping offsets", makeSafetensors({ a, b: F32([2], 4, 12) }, 12), 'tensor "b": its bytes 4 to 12'],
    ["a gap", makeSafetensors({ a, b: F32([2], 12, 20) }, 20), 'tensor "b"'],
    ["a gap at the start", makeSafetensors({ a: F32([2], 8, 16) }, 16), 'tensor "a"'],
    ["offsets in the wrong order", makeSafetensors({ a: F32([2], 8, 0) }, 8), 'tensor "a"'],
    ["negative offsets", makeSafetensors({ a: F32([2], -8, 0) }, 8), 'tensor "a"'],
    [
      "offsets with a fraction",
      makeSafetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0.0,8.0]}}', 8),
      'tensor "a"',
    ],
    [
      "offsets as exponents",
      makeSafetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8e0]}}', 8),
      'tensor "a"',
    ],
    [
      "offsets beyond 2^53",
      makeSafetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}}', 8),
      'tensor "a"',
    ],
    ["three offsets", makeSafetensors({ a: { ...a, data_offsets: [0, 8, 8] } }, 8), 'tensor "a"'],
    ["a terabyte", makeSafetensors({ a: F32([2 ** 38], 0, 2 ** 40) }, 8), "truncated: expected 1099511627"],
    [
      "sizes whose product overflows",
      makeSafetensors({ a: F32([2 ** 40, 2 ** 40, 0], 0, 0) }, 0),
      "more elements than can be counted",
    ],
    ["a negative size", makeSafetensors({ a: F32([-2], 0, 8) }, 8), 'tensor "a"'],
    [
      "a byte count that does not match the shape",
      makeSafetensors({ a: F32([3], 0, 8) }, 8),
      "it has 8 bytes, but shape (3) of F32 needs 12",
    ],
    [
      "a byte count that does not match an unsupported type",
      makeSafetensors({ a: { dtype: "U16", shape: [3], data_offsets: [0, 8] } }, 8),
      "needs 6",
    ],
    ["bytes after the last tensor", makeSafetensors({ a }, 9), "1 bytes follow its last tensor"],
    [
      "a duplicate name",
      makeSafetensors(`{"a":${JSON.stringify(a)},"a":${JSON.stringify(a)}}`, 8),
      "a name appears twice",
    ],
    [
      "a duplicate name, by an escape",
      makeSafetensors(`{"a":${JSON.stringify(a)},"\\u0061":${JSON.stringify(a)}}`, 8),
      "a name appears twice",
    ],
    ["a list", makeSafetensors('{"a":[]}', 0), 'tensor "a"'],
    ["metadata that are not strings", makeSafetensors({ __metadata__: { format: 1 }, a }, 8), "metadata"],
    ["depth", makeSafetensors(`{"a":${"[".repeat(1e5)}`, 0), "nested deeper than 3"],
    ["no end", makeSafetensors('{"a":', 0), "ends too early"],
    ["an unterminated string", makeSafetensors('{"a', 0), "ends too early"],
    ["a length beyond the file", makeSafetensors({ a }, 8, 5000n), "its header ends at byte 5008"],
    [
      "a length of a terabyte",
      makeSafetensors({ a }, 8, 2n ** 40n),
      "its header claims 1099511627776 bytes, the maximum is",
    ],
    ["a length of 2^64", makeSafetensors({ a }, 8, 2n ** 64n - 1n), "its header claims 18446744073709551615 bytes"],
    ["an empty header", makeSafetensors({ a }, 8, 0n), "ends too early"],
    [
      "bytes that are not UTF-8",
      makeSafetensors(Buffer.from('{"\xff":1}', "latin1").toString("latin1"), 0).map((byte) =>
        byte === 0xc3 ? 0xff : byte,
      ) as Buffer,
      "not UTF-8",
    ],
    ["no tensors", makeSafetensors({}, 0), "it contains no tensors"],
  ])("%s is refused by name", async (_, bytes, reason) => {
    expect(await refusal(Buffer.from(bytes), "model.safetensors")).toContain(reason);
  });

  it("may have tensors at any byte, spaces at its end, and names that are special in JavaScript", async () => {
    const header = { constructor: F32([1], 1, 5), toString: { dtype: "U8", shape: [1], data_offsets: [0, 1] } };
    const json = `{"__proto__":${JSON.stringify(F32([0], 0, 0))},${JSON.stringify(header).slice(1)}   `;
    const { tensors } = await read(makeSafetensors(json, 5), "model.safetensors");
    expect([...tensors.keys()]).toEqual(["__proto__", "toString", "constructor"]);
    expect(tensors.get("constructor")?.offset).toBe(8 + json.length + 1);
  });
});

describe("an index of shards", () => {
  const shard = makeSafetensors({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }, 4);
  const index = (places: unknown) => Buffer.from(JSON.stringify({ metadata: {}, weight_map: places }));
  it.each<[string, unknown, string]>([
    ["a folder above", { a: "../s.safetensors" }, "has a folder separator"],
    ["an absolute path", { a: "/etc/passwd" }, "has a folder separator"],
    ["the folder", { a: ".." }, "means another folder"],
    ["a number", { a: 1 }, "is not a string"],
    ["a missing file", { a: "t.safetensors" }, "no such file"],
    ["a tensor that is not in its file", { a: "s.safetensors", b: "s.safetensors" }, 'assigns "b" to'],
    ["a tensor of another file", { b: "s.safetensors" }, 'assigns "b" to'],
    ["itself", { a: "model.safetensors.index.json" }, "an index, but"],
    ["nothing", {}, "without a weight_map"],
    ["a list", [], "without a weight_map"],
  ])("that names %s is refused", async (_, places, reason) => {
    writeFileSync(join(scratch(), "s.safetensors"), shard);
    expect(await refusal(index(places), "model.safetensors.index.json")).toContain(reason);
  });

  it("that omits a tensor of a file is refused", async () => {
    const both = {
      a: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
      b: { dtype: "U8", shape: [1], data_offsets: [1, 2] },
    };
    writeFileSync(join(scratch(), "s.safetensors"), makeSafetensors(both, 2));
    expect(await refusal(index({ a: "s.safetensors" }), "model.safetensors.index.json")).toContain(
      'does not assign "b"',
    );
  });
});

describe("a file of another format is refused by name, with what to do", () => {
  it.each<[string, Buffer, string]>([
    ["empty.safetensors", Buffer.alloc(0), "an empty file; fetch it again"],
    ["pointer.safetensors", Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:0"), "git lfs pull"],
    ["page.pt", Buffer.from("<!DOCTYPE html><html>404</html>"), "a web page"],
    ["error.pt", Buffer.from('{"error":"Entry not found"}'), "JSON without a weight_map"],
    ["legacy.pt", readFileSync(join(fixtures, "legacy.pt")), "before 1.6"],
    ["plain.bin", readFileSync(join(fixtures, "plain-pickle.bin")), "a plain pickle"],
    ["compressed.pt", readFileSync(join(fixtures, "compressed.pt")), "is compressed"],
    ["arrays.npz", readFileSync(join(fixtures, "arrays.npz")), "a NumPy archive"],
    [
      "old.pt",
      Buffer.concat([Buffer.from("sys_info".padEnd(257, "\0")), Buffer.from("ustar\0".padEnd(300, "\0"))]),
      "a tar archive",
    ],
    ["model.gguf", Buffer.from("GGUF\x03\0\0\0"), "a GGUF file"],
    ["flax_model.msgpack", Buffer.from("\x82\xaatext_model", "latin1"), "Flax"],
    ["model.h5", Buffer.from("\x89HDF\r\n\x1a\n", "latin1"), "HDF5"],
    ["model.pt.gz", Buffer.from("\x1f\x8b\x08\0", "latin1"), "compressed; decompress it".slice(0, 10)],
    ["words.bin", Buffer.from("hello, these are no weights"), "neither safetensors nor PyTorch weights"],
  ])("%s", async (name, bytes, reason) => {
    expect(await refusal(bytes, name)).toContain(reason);
  });
});

describe("a truncated download", () => {
  it.each(["compiled-parts.pt", "types.safetensors"])("%s is refused at every byte", async (name) => {
    const path = join(scratch(), name);
    writeFileSync(path, readFileSync(join(fixtures, name)));
    const { length } = readFileSync(path);
    for (let size = length - 1; size >= 0; size--) {
      truncateSync(path, size);
      const error = await readWeights(path).catch((cause: unknown) => cause);
      if (!(error instanceof InputError)) throw new Error(`${name} of ${size} bytes: ${error}`);
    }
    expect(length).toBeGreaterThan(1000);
  });

  it("within its pickle is refused at every byte", async () => {
    const pickle = makePickle(dict({ a: tensor(), b: call("os", "system", text("x")), c: whole(7) }));
    for (let size = 0; size < pickle.length; size++) {
      expect(await refusal(makeArchive(pickle.subarray(0, size), two))).toMatch(/not a valid pickle/);
    }
  });
});
