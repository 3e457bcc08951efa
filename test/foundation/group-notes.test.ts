import { describe, expect, it } from "vitest";
import { noteLines } from "../../src/app/cli/print-notes.ts";
import { groupNotes } from "../../src/foundation/group-notes.ts";
import { createNoteCollector, makeNote, makeWarning } from "../../src/foundation/notes.ts";

const PART = "only part of the images";

/** Three incomplete checkpoints on four benchmarks. */
function incomplete() {
  const notes = createNoteCollector();
  for (const checkpoint of ["a", "b", "c"]) {
    for (const [place, n] of Object.entries({ "r, protocol 200": 30, "a, protocol 200": 75, v2: 10, sketch: 50 })) {
      notes.note(`${place}: only 1 of ${n} images`, { checkpoint }, undefined, {
        text: PART,
        where: `${place} (1 of ${n})`,
      });
    }
  }
  return notes.list();
}

describe("notes of one cause", () => {
  it("groups the cause alone and the same cause with names, in either order", () => {
    const alone = makeNote("no tokenizer");
    const named = makeNote("no tokenizer: a", undefined, { text: "no tokenizer", names: ["a"] });
    for (const notes of [
      [alone, named],
      [named, alone],
    ]) {
      expect(groupNotes(notes).map(({ text }) => text)).toEqual(["no tokenizer: a"]);
    }
  });

  it("are one line, with their count, the first places with their protocol, and the names", () => {
    const [group, ...moreGroups] = groupNotes(incomplete());
    expect(moreGroups).toEqual([]);
    expect(group?.text).toBe(
      `${PART}, 12 times: r, protocol 200 (1 of 30); a, protocol 200 (1 of 75); v2 (1 of 10) and 1 more; of a, b, c`,
    );
    expect(group?.details).toHaveLength(4);
    expect(group?.details[3]).toBe("sketch (1 of 50): a, b, c");
  });

  it("are printed in full under --verbose alone, and not at all under --quiet", () => {
    const groups = groupNotes([...incomplete(), makeWarning("a number may be wrong")]);
    expect(noteLines(groups, {})).toEqual([
      expect.stringMatching(/^note: only part .* \(all: --verbose\)$/),
      "warning: a number may be wrong",
    ]);
    expect(noteLines(groups, { verbose: true })).toEqual([
      `note: ${PART}:`,
      ...["r, protocol 200 (1 of 30)", "a, protocol 200 (1 of 75)", "v2 (1 of 10)", "sketch (1 of 50)"].map(
        (place) => `  ${place}: a, b, c`,
      ),
      "warning: a number may be wrong",
    ]);
    expect(noteLines(groups, { quiet: true })).toEqual(["warning: a number may be wrong"]);
  });

  it("with names only are a list, limited to five", () => {
    const text = "no tokenizer in the folder";
    const notes = Array.from({ length: 12 }, (_, i) => makeNote(`c${i}: ${text}`, {}, { text, names: [`c${i}`] }));
    const [group] = groupNotes(notes);
    expect(group?.text).toBe(`${text}: c0, c1, c2, c3, c4 and 7 more`);
    expect(group?.details).toHaveLength(12);
    expect(groupNotes(notes.slice(0, 2))[0]).toMatchObject({ text: `${text}: c0, c1`, details: [] });
    expect(groupNotes(notes.slice(0, 1))[0]?.text).toBe(`c0: ${text}`);
  });

  it("keep their order and severity, each text once", () => {
    const notes = [makeNote("x"), makeWarning("x"), makeNote("x"), makeNote("y")];
    expect(noteLines(groupNotes(notes), {})).toEqual(["note: x", "warning: x", "note: y"]);
  });
});
