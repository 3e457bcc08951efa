import { describe, expect, it } from "vitest";
import { makeNote, makeWarning, warningsAbout } from "../../src/foundation/notes.ts";

describe("warningsAbout", () => {
  const key = {
    checkpoint: "a",
    benchmark: "imagenet",
    protocol: "1000",
    templates: "single-1",
    class_names: "imagenet-openai",
  };

  it("keeps the warnings whose subject is the result, or includes it, each once and in order", () => {
    const notes = [
      makeNote("information", { checkpoint: "a" }),
      makeWarning("of the checkpoint", { checkpoint: "a" }),
      makeWarning("of another", { checkpoint: "b" }),
      makeWarning("of the benchmark", { benchmark: "imagenet" }),
      makeWarning("of another protocol", { benchmark: "imagenet", protocol: "imagenet-a" }),
      makeWarning("of everything"),
      makeWarning("of the checkpoint", { checkpoint: "a" }),
    ];
    expect(warningsAbout(notes, key)).toEqual(["of the checkpoint", "of the benchmark", "of everything"]);
  });
});
