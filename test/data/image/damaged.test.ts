import { describe, expect, it } from "vitest";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { readFixture } from "./expected.ts";
import { splice } from "./fuzz/damage-bytes.ts";

// the results and hashes are Pillow 12.3.0's, by test/fixtures/images/pillow-verdicts.py
const refuse = (bytes: Uint8Array): Promise<void> => expect(decodeImage(bytes)).rejects.toThrow(InputError);
const hash = async (bytes: Uint8Array): Promise<string> => sha256((await decodeImage(bytes)).data).slice(0, 12);

describe("a JPEG with a stray marker in its scan", () => {
  const jpeg = readFixture("jpeg-baseline-420.jpg");
  const middle = 1400; // of its 2,071 bytes
  const withMarker = (...marker: number[]): Uint8Array => splice(jpeg, middle, 0, Uint8Array.from(marker));

  it.each([
    ["a second frame header", [0xff, 0xc0]],
    ["a second scan", [0xff, 0xda]],
    ["a reserved marker", [0xff, 0x5c]],
    ["a second start of the image", [0xff, 0xd8]],
    ["an invalid Huffman table", [0xff, 0xc4]],
  ])("is refused where it is %s", async (_, marker) => refuse(withMarker(...marker)));

  it.each([
    ["the end of the image", [0xff, 0xd9], "7369216b75b4"],
    ["a restart marker", [0xff, 0xd3], "7369216b75b4"],
    ["a comment", [0xff, 0xfe, 0, 4, 1, 2], "7369216b75b4"],
  ])("is read, with gray after it, where it is %s", async (_, marker, expected) => {
    expect(await hash(withMarker(...marker))).toBe(expected);
  });
});

describe("an arithmetic-coded JPEG", () => {
  // jpeg-17x9-420.jpg through jpegtran -arithmetic (libjpeg-turbo 2.1.5), with a comment in front of `padding` bytes
  const jpeg = Buffer.from(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCj/yQARCAAJABEDASIAAhEBAxEB/8wACgAQEAUBEBEF/9oADAMBAAIRAxEAPwDSwQDQ8je+LW+3o/YjN8qzzu5LCAeO0nAKgSQ1sGdumwR6ZDBuZJWKrGFIWhUyuDDwX9CQB+AVhbNY/kodt7tDujkBmuVWjQq9odU8vGv+0wx/ek2Hz4eOfidi+qDgBEmN31NWN31aLkvXjlGgWgnKUJ1WLcrXTHyvMP/Z",
    "base64",
  );
  const padded = (padding: number): Uint8Array =>
    splice(jpeg, 2, 0, Uint8Array.of(0xff, 0xfe, (padding + 2) >> 8, (padding + 2) & 0xff, ...new Uint8Array(padding)));

  it("is read where its scan is within one of the 64 KiB blocks that Pillow reads", async () => {
    expect(await hash(jpeg)).toBe("9da1d19e8b6d");
    expect(await hash(padded(65_200))).toBe("9da1d19e8b6d");
    expect(await hash(padded(65_380))).toBe("9da1d19e8b6d");
  });

  it("is refused where its scan continues in the next block", () => refuse(padded(65_300)));
});

describe("a GIF", () => {
  const gif = readFixture("gif-palette.gif");

  it("is refused where its pixels end early", () => refuse(gif.subarray(0, gif.length - 40)));

  it("is refused where its code size is invalid", () => {
    const bytes = Uint8Array.from(gif);
    bytes[bytes.indexOf(0x2c, 13 + 3 * (2 << (bytes[10]! & 7))) + 10] = 13;
    return refuse(bytes);
  });
});
