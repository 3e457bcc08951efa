import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { readExpected, readFixture } from "./expected.ts";

const files = Object.entries(readExpected("expected.json").files);

describe("decodeImage", () => {
  const readable = files.filter(([, expected]) => expected.decoded !== undefined);
  it.each(readable)("decodes %s to the bytes of Pillow's convert('RGB')", async (name, expected) => {
    const image = await decodeImage(readFixture(name));
    expect([image.width, image.height]).toEqual([expected.width, expected.height]);
    expect(sha256(image.data)).toBe(expected.decoded);
  });

  const refused = files.filter(([, expected]) => expected.refused !== undefined);
  it.each(refused)("refuses %s, which Pillow refuses", async (name) => {
    await expect(decodeImage(readFixture(name))).rejects.toThrow(InputError);
  });

  const byName = files.filter(([, expected]) => expected.refused_by_name !== undefined);
  it.each(byName)("refuses %s with a reason, although Pillow reads it", async (name, expected) => {
    const decoding = decodeImage(readFixture(name));
    await expect(decoding).rejects.toThrow(InputError);
    await expect(decoding).rejects.toThrow(expected.refused_by_name);
  });

  it("covers files of all three kinds", () => {
    expect([readable.length, refused.length, byName.length].every((count) => count > 6)).toBe(true);
    expect(readable.length + refused.length + byName.length).toBe(files.length);
  });

  it.each([
    ["other-empty.jpg", "the image file is empty (0 bytes)"],
    ["other-html.jpg", 'got text that starts with "<!DOCTYPE'],
    ["other-svg.svg", "got SVG"],
    ["other-bomb.png", "more than 178956970 pixels"],
    [
      "jpeg-truncated-half.jpg",
      "the JPEG image cannot be decoded; it may be damaged or truncated: VipsJpeg: premature end",
    ],
    ["png-truncated-header.png", "its IHDR chunk is cut off"],
    ["gif-truncated-header.gif", "it ends before its first frame"],
  ])("reports what is wrong with %s", async (name, message) => {
    await expect(decodeImage(readFixture(name))).rejects.toThrow(message);
  });

  it("leaves the file's bytes as they were", async () => {
    const bytes = readFixture("gif-transparent.gif");
    const before = Uint8Array.from(bytes);
    await decodeImage(bytes);
    expect(Uint8Array.from(bytes)).toEqual(before);
  });

  it("frees the pixels' memory", async () => {
    const bytes = readFixture("jpeg-1200x900.jpg"); // 3.2 MB decoded
    for (let i = 0; i < 20; i++) await decodeImage(bytes);
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 150; i++) await decodeImage(bytes);
    expect(process.memoryUsage().rss - before).toBeLessThan(250e6); // kept, they would take 486 MB; measured: under 100
  });

  it("returns an image or throws an InputError for any damaged file", async () => {
    const contents = files
      .map(([name]) => readFixture(name))
      .filter((bytes) => bytes.length > 0 && bytes.length < 20_000);
    const damage = fc.record({
      file: fc.nat(contents.length - 1),
      keep: fc.oneof(
        { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
        { weight: 2, arbitrary: fc.constant(1) },
      ),
      flips: fc.array(
        fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), bit: fc.nat(7) }),
        {
          maxLength: 4,
        },
      ),
      inHeader: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ file, keep, flips, inHeader }) => {
        const bytes = Uint8Array.from(contents[file]!);
        const reach = inHeader ? Math.min(bytes.length, 100) : bytes.length;
        for (const { at, bit } of flips) bytes[Math.floor(at * reach)]! ^= 1 << bit;
        try {
          const image = await decodeImage(bytes.subarray(0, Math.ceil(bytes.length * keep)));
          expect(image.data.length).toBe(image.width * image.height * 3);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { seed: 6, numRuns: 1500 },
    );
  });

  it("does so for random bytes after any signature", async () => {
    const signatures = ["\xff\xd8\xff", "\x89PNG\r\n\x1a\n", "RIFF    WEBP", "GIF89a", "II*\0", "MM\0*", ""];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 300 }), async (signature, rest) => {
        const bytes = Buffer.concat([Buffer.from(signature, "latin1"), rest]);
        try {
          const image = await decodeImage(bytes);
          expect(image.data.length).toBe(image.width * image.height * 3);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
