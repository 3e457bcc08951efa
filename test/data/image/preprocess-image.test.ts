import { describe, expect, it } from "vitest";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { createPreprocessor, type Preprocessor, preprocessImage } from "../../../src/data/image/preprocess-image.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { type Expected, type ExpectedFile, preprocessingOf, readExpected, readFixture } from "./expected.ts";

type Named = readonly [setting: string, preprocessor: Preprocessor];

function preprocessorsOf(expected: Expected): Named[] {
  const settings = Object.entries(expected.settings);
  return settings.map(([name, setting]) => [name, createPreprocessor(preprocessingOf(setting))]);
}

/** Every expected hash of one file, against the file's bytes. */
async function compare(bytes: Uint8Array, expected: ExpectedFile, preprocessors: readonly Named[]): Promise<void> {
  const image = await decodeImage(bytes);
  for (const [setting, preprocessor] of preprocessors) {
    const hash = expected.pixels?.[setting] ?? "";
    const pixels = new Uint8Array(preprocessor.height * preprocessor.width * 3);
    if (hash.startsWith("refused")) {
      expect(() => preprocessor.toPixels(image, pixels), setting).toThrow(InputError);
      continue;
    }
    preprocessor.toPixels(image, pixels);
    expect(sha256(pixels), setting).toBe(hash);
    const tensorHash = expected.tensors?.[setting];
    if (tensorHash === undefined) continue;
    const tensor = new Float32Array(pixels.length);
    preprocessor.toTensor(pixels, tensor);
    expect(sha256(new Uint8Array(tensor.buffer)), `${setting}, tensor`).toBe(tensorHash);
  }
}

describe("createPreprocessor", () => {
  const expected = readExpected("expected.json");
  const preprocessors = preprocessorsOf(expected);
  const files = Object.entries(expected.files).filter(([, file]) => file.pixels !== undefined);

  it.each(files)("makes open_clip's pixels of %s, byte for byte, in every setting", async (name, file) => {
    await compare(readFixture(name), file, preprocessors);
  });

  it("covers all sizes and modes, both interpolations, and tensors", () => {
    expect(preprocessors.length).toBe(10);
    expect(files.filter(([, file]) => file.tensors !== undefined).length).toBe(4);
  });
});

describe("a resize that differs from the crop, and Lanczos", () => {
  const expected = readExpected("resize-and-crop.expected.json");
  const preprocessors = preprocessorsOf(expected);

  it.each(Object.entries(expected.files))("makes torchvision's pixels of %s, byte for byte", async (name, file) => {
    await compare(readFixture(name), file, preprocessors);
  });
});

describe("preprocessImage", () => {
  it("decodes, resizes and normalizes in one call, with open_clip's defaults", async () => {
    const { files } = readExpected("expected.json");
    const { pixels, tensor } = await preprocessImage(readFixture("jpeg-500x375.jpg"), { size: 224 });
    expect(sha256(pixels)).toBe(files["jpeg-500x375.jpg"]!.pixels!["shortest-224-bicubic"]);
    expect(sha256(new Uint8Array(tensor.buffer))).toBe(files["jpeg-500x375.jpg"]!.tensors!["shortest-224-bicubic"]);
  });

  it("refuses a wrong option before it decodes anything", async () => {
    await expect(preprocessImage(new Uint8Array(0), { size: -1 })).rejects.toThrow("expected a height of 1 to 4096");
  });
});
