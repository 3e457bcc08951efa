import { describe, expect, it } from "vitest";
import { createPreprocessing, OPENAI_MEAN, OPENAI_STD } from "../../../src/data/image/preprocessing.ts";
import { InputError } from "../../../src/foundation/errors.ts";

describe("createPreprocessing", () => {
  it("fills in open_clip's defaults", () => {
    expect(createPreprocessing({ size: 224 })).toEqual({
      size: { height: 224, width: 224 },
      resizeMode: "shortest",
      interpolation: "bicubic",
      mean: OPENAI_MEAN,
      std: OPENAI_STD,
      fillColor: 0,
    });
  });

  it.each([
    [{ size: 0 }, "expected a height of 1 to 4096 whole pixels, got 0"],
    [{ size: { height: 224, width: 22.5 } }, "expected a width of 1 to 4096 whole pixels, got 22.5"],
    [{ size: 5000 }, "got 5000"],
    [{ size: 224, resizeMode: "cover" as never }, 'unknown resize mode "cover"; known: shortest, squash, longest'],
    [
      { size: 224, interpolation: "hamming" as never },
      'unknown interpolation "hamming"; known: bicubic, bilinear, lanczos',
    ],
    [{ size: 224, resize: 0 }, "expected a resize to 1 to 4096 whole pixels, got 0"],
    [
      { size: 224, resize: 256, resizeMode: "longest" as const },
      'resize mode "longest" pads to the size and cannot be combined with resize',
    ],
    [{ size: 224, mean: [0.5, 0.5] as never }, "expected mean as three numbers, got 0.5, 0.5"],
    [{ size: 224, std: [0.5, 0, 0.5] as const }, "must not be 0"],
    [{ size: 224, std: [0.5, Number.NaN, 0.5] as const }, "expected std as three numbers"],
    [{ size: 224, fillColor: 256 }, "expected a fill color of 0 to 255, got 256"],
  ])("refuses %j and states what is expected", (options, message) => {
    expect(() => createPreprocessing(options)).toThrow(InputError);
    expect(() => createPreprocessing(options)).toThrow(message);
  });
});
