import { execFileSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexTar } from "../../../src/data/sources/tar-index.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";
import { lacksPipes } from "../../system.ts";
import { type MadeMember, makeTar, sealHeader, writeTar } from "./make-tar.ts";

const tars = join(fixtures, "tars");
const expected = JSON.parse(readFileSync(join(tars, "expected.json"), "utf8"));

function tarOf(...members: MadeMember[]): string {
  return writeTar(join(temporaryFolder(), "0.tar"), members);
}

function fileOf(content: string | Uint8Array): string {
  const path = join(temporaryFolder(), "0.tar");
  writeFileSync(path, content);
  return path;
}

async function refusal(path: string): Promise<string> {
  const error = await indexTar(path).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
  return (error as Error).message.slice(path.length + 2);
}

describe("indexTar", () => {
  it.each(["ustar", "gnu", "pax", "webdataset", "v7"])("lists %s.tar as Python's tarfile does", async (name) => {
    const members = await indexTar(join(tars, `${name}.tar`));
    expect(members.map(({ text: _, ...member }) => member)).toEqual(expected[name]);
  });

  it("keeps only the content of members up to 32 bytes", async () => {
    const path = tarOf(
      { name: "a.cls", content: "7" },
      { name: "b.cls", content: "" },
      { name: "c", content: Buffer.alloc(32, 0xff) },
      { name: "d", content: Buffer.alloc(33) },
      { name: "e/", flag: "5" },
    );
    expect((await indexTar(path)).map((member) => member.text)).toEqual(["7", "", "\xff".repeat(32), null, null]);
  });

  it("reads names from the ustar prefix, a GNU long name and an extended header, and sizes from the latter", async () => {
    const path = tarOf(
      { name: "a.png", prefix: "before", content: "1" },
      { name: "cut", gnuName: `${"long/".repeat(40)}b.png`, content: "2" },
      { name: "cut", pax: { path: "päx/c.png", comment: "a=b\nc" }, content: "3" },
      { name: "d.png", claims: 0, pax: { size: "600" }, content: "4".repeat(600) },
      { name: "e.png", content: "5" },
    );
    expect((await indexTar(path)).map(({ name, offset, bytes }) => [name, offset, bytes])).toEqual([
      ["before/a.png", 512, 1],
      [`${"long/".repeat(40)}b.png`, 2560, 1],
      ["päx/c.png", 4608, 1],
      ["d.png", 6656, 600],
      ["e.png", 8192, 1],
    ]);
  });

  it("continues after a folder that claims a size", async () => {
    const members = await indexTar(tarOf({ name: "a", flag: "5", claims: 600 }, { name: "b", content: "1" }));
    expect(members.map(({ name, offset, bytes }) => [name, offset, bytes])).toEqual([
      ["a", 512, 0],
      ["b", 1024, 1],
    ]);
  });

  it("lists no members of an empty tar", async () => {
    expect(await indexTar(tarOf())).toEqual([]);
  });

  it.each([
    ["/etc/passwd", "absolute"],
    ["//server/x", "absolute"],
    ["C:\\x.png", "absolute"],
    ["c:/x.png", "absolute"],
    ["\\x.png", "absolute"],
    ["../x.png", '".."'],
    ["a/../../x.png", '".."'],
    ["a/..", '".."'],
    ["a\\..\\x.png", '".."'],
    ["a\nb.png", "control character"],
    ["a\u001b[2Jb.png", "control character"],
    ["a\u0085b.png", "control character"],
  ])("refuses the name %j", async (name, reason) => {
    const message = await refusal(tarOf({ name: "s0.cls", content: "1" }, { name, content: "x" }));
    expect(message).toContain(reason);
    expect(message.startsWith("member ")).toBe(true);
    expect(message).not.toMatch(/\p{Cc}/u);
  });

  it("refuses such names in extended headers and long names too", async () => {
    expect(await refusal(tarOf({ name: "a", pax: { path: "../a" } }))).toContain('"../a"');
    expect(await refusal(tarOf({ name: "a", pax: { path: "a\0b" } }))).toContain("control character");
    expect(await refusal(tarOf({ name: "a", gnuName: "/a" }))).toContain("absolute");
    expect(await refusal(tarOf({ name: "a", pax: { path: "a".repeat(5000) } }))).toContain("5000 characters");
    expect(await refusal(tarOf({ name: "a", prefix: "../b" }))).toContain('"../b/a"');
  });

  it("returns names that are not UTF-8 in escaped form, and refuses those that lead outside", async () => {
    const named = (name: string) => {
      const block = makeTar([{ name: "a".repeat(name.length) }]);
      block.write(name, "latin1");
      sealHeader(block);
      return fileOf(block);
    };
    expect((await indexTar(named("\xff.png"))).map(({ name }) => name)).toEqual(["\\xFF.png"]);
    expect((await indexTar(named("a/..\xff/b\xe9\\c"))).map(({ name }) => name)).toEqual(["a/..\\xFF/b\\xE9\\x5Cc"]);
    expect(await refusal(named("\\a\xff"))).toContain("absolute");
    expect(await refusal(named("a\xff\\..\\b"))).toContain('".."');
  });

  it("skips links and devices whose names are not those of images or labels", async () => {
    const flags = ["1", "2", "3", "4", "6"];
    const path = tarOf(...flags.map((flag) => ({ name: `latest${flag}`, flag, link: "a" })), {
      name: "a",
      content: "1",
    });
    expect((await indexTar(path)).map(({ type }) => type)).toEqual([...flags.map(() => "other"), "file"]);
    for (const name of ["a.JPG", "x/s0.cls"])
      expect(await refusal(tarOf({ name, flag: "1" }))).toContain("a hard link");
    expect(await refusal(tarOf({ name: "a", flag: "1", content: "x" }))).toContain("a hard link");
  });

  it("refuses an empty name, and the name of a folder", async () => {
    expect(await refusal(tarOf({ name: "" }))).toContain("no name");
    expect(await refusal(tarOf({ name: "./", content: "x" }))).toContain("name is that of a folder");
  });

  it.each([
    ["1", "a hard link"],
    ["2", "a symbolic link"],
    ["3", "a device"],
    ["4", "a device"],
    ["6", "a named pipe"],
    ["S", "a sparse file"],
    ["M", "another volume"],
    ["?", 'kind "?"'],
  ])("refuses a member of type %s: %s", async (flag, reason) => {
    const message = await refusal(tarOf({ name: "s0.png", flag, link: "/etc/passwd" }));
    expect(message).toContain('member "s0.png"');
    expect(message).toContain(reason);
  });

  it.each(["gnu", "pax"])("refuses the sparse file that tar packs in the %s format", async (format) => {
    expect(await refusal(join(tars, `refused-sparse-${format}.tar`))).toMatch(/member .*hole\.bin.*a sparse file/);
  });

  it("refuses a member that claims more bytes than the tar has, for any claim", async () => {
    for (const claims of [2000, 10 * 2 ** 30, 2 ** 31, 2 ** 52, Number.MAX_SAFE_INTEGER]) {
      const message = await refusal(tarOf({ name: "s0.cls", content: "1" }, { name: "s0.png", claims, content: "x" }));
      expect(message).toContain('member "s0.png"');
      expect(message).toContain(String(claims));
    }
    expect(await refusal(tarOf({ name: "s0.png", pax: { size: "10737418240" } }))).toContain("10737418240");
  });

  it("refuses a size that is not a number of bytes", async () => {
    await refusal(tarOf({ name: "s0.png", claims: -512 }));
    for (const size of ["-1", "1e3", "0x10", "12x", "9".repeat(30)]) {
      await refusal(tarOf({ name: "s0.png", pax: { size } }));
    }
    const block = makeTar([{ name: "s0.png" }]);
    for (const field of ["\x81\0\0\0\0\0\0\0\0\0\0\x01", "\xc200000000001", "zzzzzzzzzzz\0"]) {
      block.write(field, 124, "latin1");
      sealHeader(block);
      await refusal(fileOf(block));
    }
  });

  it("refuses a second member with the same name, in any spelling", async () => {
    expect(await refusal(tarOf({ name: "a/b.png" }, { name: "./a//b.png" }))).toContain(
      "a second member with this name",
    );
  });

  it("refuses more members than the limit", async () => {
    const path = tarOf({ name: "a" }, { name: "b" }, { name: "c" });
    expect(await indexTar(path, { members: 3 })).toHaveLength(3);
    await expect(indexTar(path, { members: 2 })).rejects.toThrow(/more than 2 members/);
  });

  it("refuses every truncated tar, naming the last complete member", async () => {
    const whole = readFileSync(join(tars, "webdataset.tar"));
    const end = expected.webdataset.at(-1).offset + expected.webdataset.at(-1).bytes;
    for (let length = 0; length < end; length += 509) {
      expect(await refusal(fileOf(whole.subarray(0, length)))).toMatch(/^cut short|^member .* the tar ends after/);
    }
    const atBoundary = expected.webdataset[4].offset + 512;
    expect(await refusal(fileOf(whole.subarray(0, atBoundary)))).toContain('after member "s0000002.cls"');
  });

  it("refuses a second tar after the first, but accepts zeros there", async () => {
    const singleTar = makeTar([{ name: "a", content: "1" }]);
    const two = makeTar([{ name: "b", content: "2" }]);
    expect(await refusal(fileOf(Buffer.concat([singleTar, two])))).toContain("after its end marker at byte 1024");
    expect(await indexTar(fileOf(Buffer.concat([singleTar, Buffer.alloc(20_001)])))).toHaveLength(1);
  });

  it("identifies a file that is not a tar", async () => {
    expect(await refusal(fileOf(Buffer.from("1f8b0800".padEnd(2048, "0"), "hex")))).toContain("rename it to .tar.gz");
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    expect(await refusal(fileOf(pointer))).toContain("Git LFS pointer");
    expect(await refusal(fileOf("x".repeat(4096)))).toContain("not a tar file");
    expect(await refusal(fileOf(""))).toContain("empty");
    expect(await refusal(temporaryFolder())).toContain("folder");
    expect(await refusal(join(temporaryFolder(), "none.tar"))).toContain("no such file");
  });

  it.skipIf(lacksPipes)("does not wait for a writer of a named pipe", async () => {
    const path = join(temporaryFolder(), "0.tar");
    execFileSync("mkfifo", [path]);
    expect(await refusal(path)).toContain("expected a file, found a named pipe");
  });

  it("treats empty extended headers as absent, and an empty long name as no name, as tarfile does", async () => {
    const around = ["a", "b"].map((name) => ({ name, content: "x".repeat(100) }));
    for (const flag of ["x", "g", "K"]) {
      const members = await indexTar(tarOf({ name: "x", flag }, ...around));
      expect(members.map(({ name, offset }) => [name, offset])).toEqual([
        ["a", 1024],
        ["b", 2048],
      ]);
    }
    expect(await refusal(tarOf({ name: "x", flag: "L" }, ...around))).toContain("it has no name");
  });

  it.each([
    [
      "two long names",
      [
        { name: "a", flag: "L", content: "b\0" },
        { name: "a", gnuName: "c" },
      ],
      "two extended headers",
    ],
    [
      "two extended headers",
      [
        { name: "a", flag: "x" },
        { name: "a", pax: { path: "c" } },
      ],
      "two extended headers",
    ],
    ["a long name and a path", [{ name: "a", gnuName: "b", pax: { path: "c" } }], "a second name"],
    [
      "a path for all members",
      [{ name: "g", flag: "g", content: "9 path=a\n" }, { name: "a" }],
      "gives all members one",
    ],
    ["a name in an unknown set", [{ name: "a", pax: { hdrcharset: "KOI8-R" } }], "unknown character set"],
    ["a truncated record", [{ name: "x", flag: "x", content: "99 path=b\n" }, { name: "a" }], "header is damaged"],
    ["a record without an end", [{ name: "x", flag: "x", content: "9 path=bc" }, { name: "a" }], "header is damaged"],
    [
      "an extended header at the end",
      [{ name: "a" }, { name: "x", flag: "x", content: "9 path=b\n" }],
      "no member after",
    ],
    ["a file named as a folder", [{ name: "a/", content: "x" }], "name is that of a folder"],
    ["a file that a record names like a folder", [{ name: "a", pax: { path: "b/" } }], "name is that of a folder"],
    ["an old long name", [{ name: "a", flag: "N" }], 'kind "N"'],
  ] as const)("refuses %s: programs disagree about it", async (_, members, reason) => {
    expect(await refusal(tarOf(...(members as readonly MadeMember[])))).toContain(reason);
  });

  it("refuses a header that is damaged after the first digits of a number, and a prefix without ustar", async () => {
    for (const [at, text, reason] of [
      [124, "00000000008\0", "its size is not a number"],
      [136, "1452477x400\0", "a field is not a number"],
      [257, "ustar  \0", "there are bytes where only ustar has a prefix"],
    ] as const) {
      const block = makeTar([{ name: "a.png", prefix: "before", content: "x" }]);
      block.write(text, at, "latin1");
      sealHeader(block);
      expect(await refusal(fileOf(block))).toContain(reason);
    }
  });

  it("refuses such a prefix and a second name also for a skipped member", async () => {
    const device = makeTar([{ name: "device", prefix: "before", flag: "3" }]);
    device.write("ustar  \0", 257, "latin1");
    expect(await refusal(fileOf(sealHeader(device)))).toContain("there are bytes where only ustar has a prefix");
    const link = tarOf({ name: "a", gnuName: "b", pax: { path: "c" }, flag: "2", link: "d" });
    expect(await refusal(link)).toContain("a second name");
  });

  it("refuses a long name that continues after the size in its header", async () => {
    const block = makeTar([{ name: "cut", gnuName: "long.png", content: "x" }]);
    block.write("00000000004\0", 124, "latin1");
    expect(await refusal(fileOf(sealHeader(block)))).toContain("its extended header continues after its end");
  });

  it("accepts the checksum of a program that summed signed bytes", async () => {
    const block = makeTar([{ name: "日.png", content: "x" }]);
    block.write("        ", 148, "latin1");
    let sum = 0;
    for (let i = 0; i < 512; i++) sum += block.readInt8(i);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    expect((await indexTar(fileOf(block))).map(({ name }) => name)).toEqual(["日.png"]);
  });

  it("stops at endless headers: an extended header of gigabytes, and an endless sequence", async () => {
    const path = fileOf(makeTar([{ name: "x", flag: "x", claims: 8 ** 11 - 1 }], { end: false }));
    truncateSync(path, 8 ** 11); // a hole: takes no space on the disk
    await refusal(path);
    const headers = makeTar([{ name: "g", flag: "g", content: "6 a=b\n" }], { end: false });
    const many = Buffer.concat(new Array<Buffer>(20_000).fill(headers)); // 20 MB
    expect(await refusal(fileOf(many))).toContain("its header does not end");
  });

  it("reads little of a large member", async () => {
    const path = fileOf(makeTar([{ name: "large", claims: 2 ** 31 - 1 }], { end: false }));
    truncateSync(path, 512 + 2 ** 31 + 1024); // a hole
    const members = await indexTar(path);
    expect(members).toEqual([{ name: "large", type: "file", offset: 512, bytes: 2 ** 31 - 1, text: null }]);
  });
});

describe("indexTar on random tars", () => {
  const segment = fc.string({ unit: fc.constantFrom(..."ab.-_ é日"), minLength: 1, maxLength: 30 });
  const name = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join("/"))
    .filter((joined) => !joined.split("/").some((part) => part === "." || part === ".."));
  const member = fc.record({ name, bytes: fc.integer({ min: 0, max: 10_000 }), style: fc.nat(2) });
  const members = fc.uniqueArray(member, { maxLength: 12, selector: (made) => made.name });

  function build(list: readonly { name: string; bytes: number; style: number }[]): Buffer {
    return makeTar(
      list.map(({ name, bytes, style }) => {
        const content = Buffer.alloc(bytes, 0x41);
        const fits = Buffer.byteLength(name) <= 100;
        if (style === 0 && fits) return { name, content };
        return style === 1 ? { name: "cut", gnuName: name, content } : { name: "cut", pax: { path: name }, content };
      }),
    );
  }

  it("lists every member with its position and size", async () => {
    await fc.assert(
      fc.asyncProperty(members, async (list) => {
        const bytes = build(list);
        const listed = await indexTar(fileOf(bytes));
        expect(listed.map((member) => [member.name, member.bytes])).toEqual(
          list.map((member) => [member.name, member.bytes]),
        );
        for (const { offset, bytes: size } of listed) {
          expect(bytes.subarray(offset, offset + size).equals(Buffer.alloc(size, 0x41))).toBe(true);
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("truncated at any byte: refused, or the same if only zeros of the end marker are missing", async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.nat(), async (list, cut) => {
        const bytes = build(list);
        const length = cut % bytes.length;
        const listed = await attempt(bytes.subarray(0, length));
        if (length < bytes.length - 1024 + 512) expect(listed).toBeNull();
        else expect(listed).toEqual(await attempt(bytes));
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it("with one bit flipped: refused or the same, because headers have checksums", async () => {
    const plain = members.map((list) => list.map((member, i) => ({ ...member, name: `${i}.png`, style: 0 })));
    await fc.assert(
      fc.asyncProperty(plain, fc.nat(), async (list, at) => {
        const bytes = build(list);
        const flipped = Buffer.from(bytes);
        const bit = at % (bytes.length * 8);
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        const listed = await attempt(flipped);
        if (listed !== null) expect(placesOf(listed)).toEqual(placesOf((await attempt(bytes)) ?? []));
      }),
      { numRuns: 150, seed: 3 },
    );
  });

  it("damaged anywhere: refused, or all members are inside the file", async () => {
    const spoil = fc.array(fc.tuple(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 40 })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(members, spoil, async (list, damage) => {
        const bytes = build(list);
        for (const [at, noise] of damage) Buffer.from(noise).copy(bytes, at % bytes.length);
        for (let at = 0; at + 512 <= bytes.length; at += 512) {
          if (bytes[at + 257] === 0x75) sealHeader(bytes.subarray(at, at + 512)); // after the checksum too
        }
        for (const member of (await attempt(bytes)) ?? []) {
          expect(member.offset + member.bytes).toBeLessThanOrEqual(bytes.length);
          expect(member.name).not.toMatch(/^\/|\p{Cc}|(?:^|\/)\.\.(?:\/|$)/u);
        }
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  /** The members, null where it is refused; any other error than an InputError fails the test. */
  async function attempt(bytes: Uint8Array) {
    return indexTar(fileOf(bytes)).catch((error: unknown) => {
      if (error instanceof InputError) return null;
      throw error;
    });
  }

  function placesOf(listed: Awaited<ReturnType<typeof indexTar>>) {
    return listed.map(({ name, offset, bytes, type }) => ({ name, offset, bytes, type }));
  }
});
