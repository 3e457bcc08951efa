import { describe, expect, it } from "vitest";
import { UnreadableImageError } from "../../../src/evaluation/embedding/embed-images.ts";
import { createAttempts } from "../../../src/evaluation/evaluate/attempts.ts";
import { type EmbeddableRun, embedRuns } from "../../../src/evaluation/evaluate/embed-runs.ts";
import { InputError } from "../../../src/foundation/errors.ts";

describe("embedRuns", () => {
  const run = (id: string, images = "m", missing = 1): EmbeddableRun => ({
    checkpoint: { id },
    benchmark: { id: "imagenet" },
    manifest: { sha256: images, root: "/data" },
    missing: Array.from({ length: missing }, (_, index) => ({ index, first: index, rows: 1 })),
  });

  async function embedded(groups: EmbeddableRun[][], fails: (ids: string) => Error | undefined) {
    const attempts = createAttempts({});
    const tried: string[] = [];
    const embed = async (group: readonly EmbeddableRun[]) => {
      const ids = group.map(({ checkpoint }) => checkpoint.id).join("+");
      tried.push(ids);
      const error = fails(ids);
      if (error !== undefined) throw error;
      return 1;
    };
    const done: string[] = [];
    for await (const { runs } of embedRuns(groups, { attempts, signal: undefined, embed })) {
      done.push(runs.map(({ checkpoint }) => checkpoint.id).join("+"));
    }
    return { tried, done, attempts };
  }

  it("tries the checkpoints of a group one by one if the group fails", async () => {
    const broken = (ids: string) => (ids.includes("b") ? new InputError("b: cannot run") : undefined);
    const { tried, done, attempts } = await embedded([[run("a"), run("b"), run("c", "m", 0)], [run("d")]], broken);
    expect(tried).toEqual(["a+b+c", "a", "b", "d"]);
    expect(done).toEqual(["c", "a", "d"]);
    expect(() => attempts.finish()).toThrow(/^b: cannot run \(failed: b on imagenet\)$/);
  });

  it("does not try other checkpoints on unreadable images, but scores stored embeddings and other images", async () => {
    const unreadable = (ids: string) => (ids === "a+b" ? new UnreadableImageError("x.jpg: cut off") : undefined);
    const groups = [[run("a"), run("b")], [run("c"), run("d", "m", 0)], [run("e", "other")]];
    const { tried, done, attempts } = await embedded(groups, unreadable);
    expect(tried).toEqual(["a+b", "e"]);
    expect(done).toEqual(["d", "e"]);
    expect(() => attempts.finish()).toThrow(
      /^x\.jpg: cut off \(failed: a on imagenet, b on imagenet, c on imagenet\)$/,
    );
  });
});
