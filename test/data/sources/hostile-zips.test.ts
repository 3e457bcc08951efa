import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { temporaryFolder } from "../../helpers.ts";
import { extraPart, type MadeZipEnd, type MadeZipMember, makeZip } from "./make-zip.ts";
import { readZip } from "./read-zip.ts";

function fileOf(bytes: Buffer): string {
  const path = join(temporaryFolder(), "images.zip");
  writeFileSync(path, bytes);
  return path;
}

/** Names and contents read from a zip with these members. */
async function read(members: readonly MadeZipMember[], end?: MadeZipEnd): Promise<Record<string, string>> {
  const found = await readZip(fileOf(makeZip(members, end)));
  return Object.fromEntries(found.read.map(({ name, content }) => [name, content.toString("latin1")]));
}

/** The reason why a zip is refused, without its path. */
async function refusal(bytes: Buffer): Promise<string> {
  const path = fileOf(bytes);
  const error = await readZip(path).then(
    () => new Error("nothing was refused"),
    (cause: Error) => cause,
  );
  if (!(error instanceof InputError)) throw error;
  expect(error.message.startsWith(`${path}: `)).toBe(true);
  return error.message.slice(path.length + 2);
}

const A = { name: "a.jpg", content: "a picture of a fish, and another picture of a fish" };
const B = { name: "b.jpg", content: "a picture of a bird" };
const LINK = (0o120777 << 16) >>> 0;

describe("a member is refused by its name or kind", () => {
  it.each<[string, MadeZipMember, string]>([
    ["a name that leads out", { ...A, name: "../a.jpg" }, 'member "../a.jpg": its name has a ".." in it'],
    ["a name that leads out inside", { ...A, name: "x/../../a.jpg" }, 'has a ".." in it'],
    ["a name that leads out on Windows", { ...A, name: "x\\..\\..\\a.jpg" }, 'has a ".." in it'],
    ["an absolute name", { ...A, name: "/a.jpg" }, "is an absolute path"],
    ["an absolute name on Windows", { ...A, name: "C:\\a.jpg" }, "is an absolute path"],
    ["a share's name", { ...A, name: "\\\\host\\a.jpg" }, "is an absolute path"],
    ["no name", { ...A, name: "" }, "it has no name"],
    ["a control character", { ...A, name: "a\n.jpg" }, "contains a control character"],
    ["a zero byte", { ...A, name: "a.jpg\0.txt" }, "contains a control character"],
    ["a symbolic link", { ...A, attributes: LINK }, 'member "a.jpg": it is a symbolic link'],
    ["a symbolic link from elsewhere", { ...A, attributes: LINK, host: 0 }, "it is a symbolic link"],
    ["a pipe", { ...A, attributes: (0o010644 << 16) >>> 0 }, "it is a device or a pipe"],
    ["a folder with content", { ...A, name: "a.jpg/" }, "it is a file, but its name is that of a folder"],
    [
      "a name that is not UTF-8",
      { ...A, name: Buffer.from("\xe9.jpg", "latin1"), flags: 0x800 },
      "is not UTF-8, although",
    ],
  ])("%s", async (_, member, reason) => {
    expect(await refusal(makeZip([B, member]))).toContain(reason);
  });

  it("but links that cannot be images are skipped, and noted", async () => {
    const link = { ...B, name: "latest", attributes: LINK };
    expect(await read([A, link])).toEqual({ "a.jpg": A.content });
    const { notes } = await readZip(fileOf(makeZip([A, link])));
    expect(notes).toEqual([expect.stringContaining("skipped links and devices: latest")]);
  });

  it("two with the same name, even if its spelling differs", async () => {
    expect(await refusal(makeZip([A, { ...B, name: "a.jpg" }]))).toBe('member "a.jpg": a second member with this name');
    expect(await refusal(makeZip([A, { ...B, name: "./a.jpg" }]))).toContain("a second member with this name");
  });
});

describe("a header that differs from the directory is refused, as is data that differs from both", () => {
  it.each<[string, MadeZipMember, string]>([
    ["a name", { ...A, local: { name: "c.jpg" } }, 'member "a.jpg": its header and the directory differ in name'],
    ["a longer name", { ...A, local: { name: "a.jpg.txt" } }, "differ in name"],
    ["a method", { ...A, local: { method: 8 } }, "differ in method"],
    ["an encryption", { ...A, local: { flags: 1 } }, "differ in encryption"],
    ["a CRC", { ...A, local: { crc: 1 } }, "differ in CRC"],
    ["a size", { ...A, method: 8, local: { size: 1 } }, "differ in size"],
    ["a stored size", { ...A, method: 8, local: { storedSize: 1 } }, "differ in size"],
    ["a size, with sizes after the data", { ...A, method: 8, flags: 8, local: { size: 1 } }, "differ in size"],
    [
      "a place",
      { ...A, packed: Buffer.from(`${A.content}1234`), storedSize: A.content.length, listed: { offset: 4 } },
      "there is no header where the directory states one",
    ],
    [
      "the data",
      { ...A, packed: Buffer.from(A.content.replace("fish", "bird")) },
      "its CRC-32 does not match its data",
    ],
    ["the CRC, in both", { ...A, crc: 1 }, 'member "a.jpg": damaged: its CRC-32 does not match its data'],
    ["the CRC, deflated", { ...A, method: 8, crc: 1 }, "its CRC-32 does not match its data"],
    ["the CRC, with zeros in the header", { ...A, flags: 8, crc: 1, local: { crc: 0 } }, "its CRC-32 does not match"],
    ["more data than it claims", { ...A, method: 8, size: 20 }, "it has more data than it claims"],
    ["less than it claims", { ...A, method: 8, size: 60 }, "its CRC-32 does not match its data"],
    ["data that are not deflated", { ...A, method: 8, packed: Buffer.alloc(40, 0xff) }, "cannot be decompressed"],
    [
      "data that end early",
      { ...A, method: 8, packed: deflateRawSync(A.content).subarray(0, 20) },
      "cannot be decompressed",
    ],
    ["stored in fewer bytes", { ...A, size: 60 }, "its 50 stored bytes cannot give the 60 that it claims"],
  ])("%s", async (_, member, reason) => {
    expect(await refusal(makeZip([member, B]))).toContain(reason);
  });

  it("sizes and CRC after the data may be zero, or correct, in the header", async () => {
    const zeros = { crc: 0, size: 0, storedSize: 0 };
    const members = [
      { ...A, method: 8, flags: 8, local: zeros },
      { ...B, flags: 8 },
    ];
    expect(await read(members)).toEqual({ "a.jpg": A.content, "b.jpg": B.content });
  });
});

describe("bombs", () => {
  const zeros = Buffer.alloc(20e6);
  const packed = deflateRawSync(zeros, { level: 9 });

  it("impossible sizes are refused before anything is decompressed", async () => {
    const member = { name: "a.jpg", packed, method: 8, crc: 0, size: 4e9 };
    expect(await refusal(makeZip([member]))).toContain("stored bytes cannot give the 4000000000 that it claims");
  });

  it("data that expand to more than they claim are not decompressed further", async () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(await refusal(makeZip([{ name: "a.jpg", packed, method: 8, crc: 0, size: 1e5 }]))).toContain(
      "more data than it claims",
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5e6);
  });

  it("overlapping members are refused: the same data twice, and quoted headers", async () => {
    const twice = [A, { ...A, name: "b.jpg", local: { name: "a.jpg" }, listed: { name: "b.jpg", offset: 0 } }];
    expect(await refusal(makeZip(twice))).toContain("another member overlaps its data");
    // each file's data begin with the header of the next file, as in bombs without nesting
    const inner = makeZip([B]).subarray(0, 30 + 5 + B.content.length);
    const outer = { name: "a.jpg", content: inner };
    const listed = { ...B, packed: Buffer.alloc(0), listed: { offset: 35 } };
    expect(await refusal(makeZip([outer, listed]))).toContain('member "a.jpg": another member overlaps its data');
  });

  it("members after the directory's beginning are refused", async () => {
    expect(await refusal(makeZip([{ ...A, storedSize: 500, size: 500 }]))).toContain(
      "the archive ends before its data do",
    );
  });
});

describe("archives that are not a complete zip", () => {
  const whole = makeZip([A, { ...B, method: 8 }]);

  it("may be followed by the zeros of a pipe's last block", async () => {
    expect(await read([A], { after: Buffer.alloc(9000) })).toEqual({ "a.jpg": A.content });
  });

  it("is refused at every length", async () => {
    for (let length = 0; length < whole.length; length++) {
      expect(await refusal(whole.subarray(0, length))).toMatch(/cut short|not a sound zip archive|not a zip archive/);
    }
  });

  it.each<[string, Buffer, string]>([
    ["nothing", Buffer.alloc(0), "not a zip archive, it is empty"],
    [
      "a pointer",
      Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n"),
      "a Git LFS pointer",
    ],
    ["a web page", Buffer.from(`\n<!DOCTYPE html><html>${" ".repeat(200)}`), "not a zip archive, it is a web page"],
    ["a gzip file", Buffer.from("\x1f\x8b\x08".padEnd(100, "x"), "latin1"), "it is compressed by gzip"],
    ["bytes after it", makeZip([A], { after: Buffer.from("x") }), "bytes follow its end record"],
    ["two ends", makeZip([A], { comment: `PK\x05\x06${"\0".repeat(18)}` }), "two end records"],
    [
      "an end in its comment",
      makeZip([A], { comment: `PK\x05\x06${"\0".repeat(18)}and more` }),
      "bytes follow its end record",
    ],
    ["one part of several", makeZip([A], { disk: 1 }), "part of a split archive"],
    ["a member in another part", makeZip([{ ...A, disk: 1 }]), "part of a split archive"],
    ["one entry too many", makeZip([A], { count: 2 }), "its directory lists 1 entries, its end record states 2"],
    [
      "a directory that begins later",
      makeZip([A], { offset: 90 }),
      "its directory does not end at its end-of-directory record",
    ],
    ["a directory cut short", makeZip([A], { length: 30, offset: 106 }), "its directory is damaged at byte"],
  ])("%s", async (_, bytes, reason) => {
    expect(await refusal(bytes)).toContain(reason);
  });

  it.each<[string, MadeZipMember, string]>([
    ["bzip2", { ...A, method: 12 }, 'member "a.jpg": it is compressed by bzip2, expected stored or deflated'],
    ["an unknown method", { ...A, method: 77 }, "it is compressed by method 77"],
    ["PKWARE's encryption", { ...A, flags: 65 }, "only PKWARE's programs read"],
    ["an encrypted directory", { ...A, flags: 0x2001 }, "only PKWARE's programs read"],
    ["AES that is not flagged", { ...A, method: 99 }, "its flag states that it is not encrypted"],
    ["AES without settings", { ...A, method: 99, flags: 1 }, "its field of AES settings is damaged"],
  ])("images stored with %s", async (_, member, reason) => {
    expect(await refusal(makeZip([B, member]))).toContain(reason);
  });
});

describe("names in other character sets are kept and remain distinct", () => {
  const raw = (hex: string) => Buffer.from(hex, "hex");

  it("UTF-8 with and without its flag, code page 437, Shift-JIS with a backslash as second byte, Info-ZIP's second name", async () => {
    const field = (name: Buffer, unicode: string) => {
      const head = Buffer.alloc(5, 1);
      head.writeUInt32LE(crc32(name), 1);
      return extraPart(0x7075, Buffer.concat([head, Buffer.from(unicode)]));
    };
    const members = [
      { name: Buffer.from("ä/1.jpg"), flags: 0x800, content: "1" },
      { name: Buffer.from("ö/2.jpg"), content: "2" },
      { name: raw("822f332e6a7067"), content: "3" }, // é/3.jpg in code page 437
      { name: raw("955c2f342e6a7067"), content: "4", host: 0 }, // 表/4.jpg in Shift-JIS
      { name: raw("815f2f342e6a7067"), content: "5", host: 0 },
      { name: raw("e42f362e6a7067"), content: "6", extra: field(raw("e42f362e6a7067"), "ж/6.jpg") },
      { name: raw("e42f372e6a7067"), content: "7", extra: field(raw("00"), "ж/7.jpg") }, // of another name
    ];
    expect(await read(members)).toEqual({
      "ä/1.jpg": "1",
      "ö/2.jpg": "2",
      "é/3.jpg": "3",
      "ò\\/4.jpg": "4",
      "ü_/4.jpg": "5",
      "ж/6.jpg": "6",
      "Σ/7.jpg": "7",
    });
  });

  it("a backslash separates folders where an MS-DOS or Windows program wrote only backslashes, which is noted", async () => {
    const dos = { ...A, name: "fish\\a.jpg", host: 0 };
    expect(await read([dos])).toEqual({ "fish/a.jpg": A.content });
    expect(await read([{ ...dos, host: 3 }])).toEqual({ "fish\\a.jpg": A.content });
    // the escaped form of bytes in other character sets is not used here
    expect(await read([{ ...A, name: "a\\xE9.jpg" }])).toEqual({ "a\\x5CxE9.jpg": A.content });
    const { notes } = await readZip(fileOf(makeZip([dos])));
    expect(notes).toEqual([expect.stringContaining('"\\" is read as "/" in the names of 1 member')]);
  });
});

it("an archive larger than 4 GiB is read with 64-bit offsets, and as written by macOS, with offsets modulo 4 GiB", async () => {
  const path = join(temporaryFolder(), "large.zip");
  const far = 2 ** 32 + 12_345;
  const first = makeZip([A]);
  const second = makeZip([B]);
  const local = [first.subarray(0, 35 + A.content.length), second.subarray(0, 35 + B.content.length)] as const;
  const write = (end: Buffer) => {
    const file = openSync(path, "w");
    ftruncateSync(file, far); // takes no space
    writeSync(file, local[0], 0, local[0].length, 0);
    writeSync(file, Buffer.concat([local[1], end]), 0, local[1].length + end.length, far);
    closeSync(file);
  };
  const listing = (zip: Buffer, length: number) => Buffer.from(zip.subarray(length, zip.length - 22));
  const entries = (offset: number, extra: Buffer = Buffer.alloc(0)) => {
    const [a, b] = [listing(first, local[0].length), listing(second, local[1].length)];
    b.writeUInt32LE(offset, 42);
    b.writeUInt16LE(extra.length, 30);
    return Buffer.concat([a, b, extra]);
  };
  const endOf = (length: number, offset: number) => {
    const end = Buffer.from(makeZip([]));
    for (const at of [8, 10]) end.writeUInt16LE(2, at);
    end.writeUInt32LE(length, 12);
    end.writeUInt32LE(offset, 16);
    return end;
  };
  const start = far + local[1].length;
  const wrapped = entries(far % 2 ** 32);
  write(Buffer.concat([wrapped, endOf(wrapped.length, start % 2 ** 32)]));
  const asRead = [
    expect.objectContaining({ name: "a.jpg", content: Buffer.from(A.content) }),
    expect.objectContaining({ name: "b.jpg", content: Buffer.from(B.content) }),
  ];
  expect((await readZip(path)).read).toEqual(asRead);

  const place = Buffer.alloc(8);
  place.writeBigUInt64LE(BigInt(far));
  const long = entries(0xffffffff, extraPart(1, place));
  const end64 = Buffer.alloc(76);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  for (const at of [24, 32]) end64.writeBigUInt64LE(2n, at);
  end64.writeBigUInt64LE(BigInt(long.length), 40);
  end64.writeBigUInt64LE(BigInt(start), 48);
  end64.writeUInt32LE(0x07064b50, 56);
  end64.writeBigUInt64LE(BigInt(start + long.length), 64);
  end64.writeUInt32LE(1, 72);
  write(Buffer.concat([long, end64, endOf(long.length, 0xffffffff)]));
  expect((await readZip(path)).read).toEqual(asRead);
});
