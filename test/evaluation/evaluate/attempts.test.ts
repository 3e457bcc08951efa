import { describe, expect, it } from "vitest";
import { createAttempts } from "../../../src/evaluation/evaluate/attempts.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import type { Note } from "../../../src/foundation/notes.ts";

describe("createAttempts", () => {
  it("continues after a failure, and fails at the end with every reason once", async () => {
    const notes: Note[] = [];
    const attempts = createAttempts({ onNote: (note) => notes.push(note) });
    const fail = async () => {
      throw new InputError("x: wrong");
    };
    expect(await attempts.run("a", fail)).toBe(false);
    expect(await attempts.run("b", async () => {})).toBe(true);
    expect(await attempts.run("c", fail)).toBe(false);
    expect(notes.map(({ text }) => text)).toEqual([
      "a failed, the rest continues: x: wrong",
      "c failed, the rest continues: x: wrong",
    ]);
    expect(() => attempts.finish()).toThrow(new InputError("x: wrong (failed: a, c)"));
    expect(() => createAttempts({}).finish()).not.toThrow();
  });

  it("rethrows a defect as a defect", async () => {
    const attempts = createAttempts({});
    const defect = new TypeError("undefined is not a function");
    attempts.fail("a", new InputError("x"));
    await attempts.run("b", () => Promise.reject(defect));
    expect(() => attempts.finish()).toThrow(defect);
  });

  it("ends at once if the command is stopped or the disk is full", async () => {
    const stop = new AbortController();
    const attempts = createAttempts({ signal: stop.signal });
    const full = new InputError("the disk is full", { cause: Object.assign(new Error(), { code: "ENOSPC" }) });
    await expect(attempts.run("a", () => Promise.reject(full))).rejects.toBe(full);
    stop.abort(new Error("stopped"));
    await expect(attempts.run("a", async () => stop.signal.throwIfAborted())).rejects.toThrow("stopped");
    expect(() => attempts.finish()).not.toThrow();
  });
});
