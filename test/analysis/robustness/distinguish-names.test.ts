import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distinguishNames, type NamedAccuracy } from "../../../src/analysis/robustness/distinguish-names.ts";
import type { MadeWith } from "../../../src/evaluation/results/made-with.ts";
import { noteLines } from "../../note-lines.ts";

const NOTHING = { templates: new Map<string, string>(), classNames: new Map<string, string>() };

function row(checkpoint: string, made?: MadeWith, of: Partial<NamedAccuracy> = {}): NamedAccuracy {
  return { checkpoint, benchmark: "fruit", protocol: "2", templates: "mine", classNames: "names", made, ...of };
}

const names = ({ protocol, templates, classNames }: NamedAccuracy) => [protocol, templates, classNames];

describe("a name of template sets, class names or protocols", () => {
  it("is kept if it refers to one thing, or nothing is known about it", () => {
    const rows = [
      row("a", {
        templates: "1".repeat(64),
        classNames: "2".repeat(64),
        benchmarkVersion: 1,
        definition: { protocol: "p" },
      }),
      row("b", { templates: "1".repeat(64), benchmarkVersion: 1, definition: { "flat labels.txt": "f" } }),
      row("c", { benchmarkVersion: 1 }),
      row("d"),
    ];
    const apart = distinguishNames(rows, NOTHING);
    expect(noteLines(apart.notes)).toEqual([]);
    expect(rows.map(apart.rename)).toEqual(rows);
  });

  it("gets a part of its hash where two template sets have it, on every benchmark, and the message names both", () => {
    const [firstHash, secondHash] = ["1".repeat(64), "2".repeat(64)];
    const rows = [
      ...[row("a", { templates: firstHash }), row("b", { templates: secondHash })],
      ...[
        row("a", { templates: firstHash }, { benchmark: "apples" }),
        row("b", { templates: secondHash }, { benchmark: "apples" }),
      ],
      row("csv"),
    ];
    const apart = distinguishNames(rows, NOTHING);
    expect(rows.map((each) => apart.rename(each).templates)).toEqual([
      ...["mine (1111111)", "mine (2222222)", "mine (1111111)", "mine (2222222)", "mine"],
    ]);
    expect(noteLines(apart.notes)).toEqual([
      "warning: 2 template sets have the name mine and are distinguished: mine (1111111) of a, mine (2222222) of b; rename one of the files and evaluate again",
    ]);
  });

  it("stays with a set that ships, which a baseline without hashes means by its id", () => {
    const shipped = { ...NOTHING, templates: new Map([["openai-80", "8".repeat(64)]]) };
    const rows = [
      row("baseline", undefined, { templates: "openai-80" }),
      row("a", { templates: "9".repeat(64) }, { templates: "openai-80" }),
    ];
    const apart = distinguishNames(rows, shipped);
    expect(rows.map((each) => apart.rename(each).templates)).toEqual(["openai-80", "openai-80 (9999999)"]);
    expect(noteLines(apart.notes)[0]).toContain("openai-80 of baseline, openai-80 (9999999) of a");
  });

  it("is no mistake where each benchmark has a class-name list of that name; a template set is warned of", () => {
    const rows = [
      row("a", { classNames: "1".repeat(64), templates: "3".repeat(64) }),
      row("a", { classNames: "2".repeat(64), templates: "4".repeat(64) }, { benchmark: "apples" }),
    ];
    const apart = distinguishNames(rows, NOTHING);
    expect(rows.map(apart.rename)).toEqual(rows);
    expect(noteLines(apart.notes)).toEqual([
      "warning: the template set mine differs between benchmarks, so the figures mix: 3333333 on fruit; 4444444 on apples",
    ]);
  });

  it("stays with the definition that most models have; another version or definition is another protocol", () => {
    const rows = [
      ...["a", "b"].map((checkpoint) =>
        row(checkpoint, { benchmarkVersion: 1, definition: { protocol: "p", "class-folders folder": "f" } }),
      ),
      row("edited", { benchmarkVersion: 1, definition: { protocol: "p", "class-folders folder": "g" } }),
      row("newer", { benchmarkVersion: 2, definition: { protocol: "p", "class-folders folder": "f" } }),
      row("old format", { benchmarkVersion: 1 }),
      row("csv"),
    ];
    const apart = distinguishNames(rows, NOTHING);
    const protocols = rows.map((each) => apart.rename(each).protocol);
    expect(protocols).toEqual(["2", "2", expect.stringMatching(/^2 \([0-9a-f]{7}\)$/), "2 (version 2)", "2", "2"]);
    expect(apart.notes).toHaveLength(1);
    expect(noteLines(apart.notes)[0]).toMatch(
      /^warning: fruit 2 was evaluated with 3 definitions, which are distinguished: 2 of a, b.*; evaluate all with one definition$/,
    );
    expect(noteLines(apart.notes)[0]).toContain("2 (version 2) of newer");
    expect(noteLines(apart.notes)[0]).toContain(`${protocols[2]} of edited`);
  });

  it("is distinguished in the same way for any order, and never where known hashes agree", () => {
    const hash = fc.constantFrom(undefined, "1".repeat(64), "2".repeat(64), "3".repeat(64));
    const made = fc.record({
      templates: hash,
      classNames: hash,
      benchmarkVersion: fc.constantFrom(undefined, 1, 2),
      part: hash,
    });
    const rows = fc.array(made, { minLength: 1, maxLength: 8 }).map((all) =>
      all.map(({ templates, classNames, benchmarkVersion, part }, i) =>
        row(`m${i}`, {
          ...(templates === undefined ? {} : { templates }),
          ...(classNames === undefined ? {} : { classNames }),
          ...(benchmarkVersion === undefined ? {} : { benchmarkVersion }),
          ...(part === undefined ? {} : { definition: { protocol: part } }),
        }),
      ),
    );
    fc.assert(
      fc.property(rows, (all) => {
        const apart = distinguishNames(all, NOTHING);
        const turned = distinguishNames([...all].reverse(), NOTHING);
        for (const a of all) {
          expect(names(turned.rename(a))).toEqual(names(apart.rename(a)));
          for (const b of all) {
            const [x, y] = [apart.rename(a), apart.rename(b)];
            const differ = (p: unknown, q: unknown) => p !== undefined && q !== undefined && p !== q;
            if (differ(a.made?.templates, b.made?.templates)) expect(x.templates).not.toBe(y.templates);
            if (differ(a.made?.classNames, b.made?.classNames)) expect(x.classNames).not.toBe(y.classNames);
            if (differ(a.made?.benchmarkVersion, b.made?.benchmarkVersion)) expect(x.protocol).not.toBe(y.protocol);
            if (differ(a.made?.definition?.protocol, b.made?.definition?.protocol))
              expect(x.protocol).not.toBe(y.protocol);
            if (a.made?.templates === b.made?.templates) expect(x.templates).toBe(y.templates);
          }
        }
      }),
      { seed: 11, numRuns: 500 },
    );
  });
});
