import { describe, expect, it } from "vitest";
import { createNoteCollector, makeNote, makeWarning, type Note, warningsAbout } from "../../src/foundation/notes.ts";

const withoutCauses = (notes: readonly Note[]) => notes.map(({ cause: _, ...note }) => note);

describe("warningsAbout", () => {
  const key = {
    checkpoint: "a",
    benchmark: "imagenet",
    protocol: "1000",
    templates: "single-1",
    classNames: "imagenet-openai",
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

describe("createNoteCollector", () => {
  it("returns each message once in the order first added, with the names of its subjects", () => {
    const notes = createNoteCollector();
    notes.note("no accuracy", { checkpoint: "b" });
    notes.warn("differs", { checkpoint: "a" });
    notes.note("no accuracy", { checkpoint: "a" });
    notes.note("no accuracy", { checkpoint: "b" });
    notes.note("nothing of it");
    notes.note("lacks it", { checkpoint: "a", benchmark: "imagenet-r" }, "imagenet-r");
    notes.note("on", { benchmark: "imagenet" });
    expect(withoutCauses(notes.list())).toEqual([
      makeNote("no accuracy: b, a"),
      makeWarning("differs: a", { checkpoint: "a" }),
      makeNote("nothing of it"),
      makeNote("lacks it: imagenet-r", { checkpoint: "a", benchmark: "imagenet-r" }),
      makeNote("on: imagenet", { benchmark: "imagenet" }),
    ]);
  });

  it("keeps a note and a warning with the same text separate, and lists five names and the number of the others", () => {
    const notes = createNoteCollector();
    for (const checkpoint of ["a", "b", "c", "d", "e", "f", "g"]) notes.note("same", { checkpoint });
    notes.warn("same");
    expect(withoutCauses(notes.list())).toEqual([makeNote("same: a, b, c, d, e and 2 more"), makeWarning("same")]);
  });
});
