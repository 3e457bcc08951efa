import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { MAX_PIXELS } from "../../../src/data/image/decoded-image.ts";
import { decodingMemory } from "../../../src/data/image/decoding-memory.ts";
import { readDimensions } from "../../../src/data/image/image-dimensions.ts";
import { recognizeFormat } from "../../../src/data/image/image-format.ts";
import { fixtures } from "../../helpers.ts";

const folder = join(fixtures, "images", "files");
const decodable = await Promise.all(
  readdirSync(folder).map(async (name) => {
    const bytes = readFileSync(join(folder, name));
    const image = await decodeImage(bytes).catch(() => null);
    return { name, bytes, image };
  }),
).then((all) => all.filter(({ image }) => image !== null));

describe("the size an image states", () => {
  it("is that of its pixels, in every supported format", () => {
    const formats = new Set<string>();
    for (const { name, bytes, image } of decodable) {
      const format = recognizeFormat(bytes);
      formats.add(format);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const [width, height] = readDimensions(format, view) ?? [0, 0];
      // A TIFF is rotated by its orientation: width and height are exchanged
      expect([name, width * height]).toEqual([name, (image?.width ?? 0) * (image?.height ?? 0)]);
    }
    expect([...formats].sort()).toEqual(["GIF", "JPEG", "PNG", "TIFF", "WebP"]);
  });

  it("determines the memory: a gigabyte for 178 million pixels, also where the head does not include the size", () => {
    const png = Buffer.from("89504e470d0a1a0a0000000d49484452000034400000344008020000", "hex");
    expect(decodingMemory(png, 1e6)).toBe(1e6 + 6 * 0x3440 * 0x3440);
    expect(decodingMemory(png.subarray(0, 20), 1e6)).toBe(1e6 + 6 * MAX_PIXELS);
    expect(decodingMemory(Buffer.from("not an image"), 8)).toBe(8);
    const huge = Buffer.from("89504e470d0a1a0a0000000d49484452ffffffffffffffff08020000", "hex");
    expect(decodingMemory(huge, 0)).toBe(6 * MAX_PIXELS); // it is refused before it is decoded
  });
});
