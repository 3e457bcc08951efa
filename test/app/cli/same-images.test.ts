import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { EvaluateOptions } from "../../../src/evaluation/evaluate/evaluate-options.ts";
import type { Note } from "../../../src/foundation/notes.ts";
import { type MadeMember, writeTar } from "../../data/sources/make-tar.ts";
import { temporaryFolder } from "../../helpers.ts";
import { IMAGES_OF_CLASS, noisePng, PATHS, writeDefinition, writeImages } from "./animals.ts";
import { built, checkpoints } from "./run-cli.ts";

// Uses the build: threads cannot start from the sources
type Shiftline = typeof import("../../../src/index.ts");
type DryRun = typeof import("../../../src/evaluation/evaluate/dry-run.ts");
const { dryRun } = await built<DryRun>("evaluation/evaluate/dry-run.js");
const { evaluate, compareCheckpoints, readCheckpointPredictions } = await built<Shiftline>("index.js");

const CHECKPOINT = "vit-open-clip";
const POOL = 16;

let pool: Buffer[];

beforeAll(async () => {
  pool = await Promise.all(Array.from({ length: POOL }, (_, i) => noisePng(i)));
});

/** An image of the pool with its class; neither appears in its name. */
interface Labeled {
  readonly id: number;
  readonly label: number;
}

const labeled = (ids: readonly number[]) =>
  ids.map((id, i): Labeled => ({ id, label: Math.floor(i / IMAGES_OF_CLASS) }));
const FIRST = labeled([...PATHS.keys()]);

interface Setting {
  readonly definition: string;
  readonly out: string;
  readonly store: string;
}

function makeSetting(): Setting {
  const folder = temporaryFolder();
  const definition = writeDefinition(join(folder, "definition"));
  return { definition, out: join(folder, "results"), store: join(folder, "store") };
}

/** The images as class folders. */
function asFolder(images: readonly Labeled[]): string {
  const data = join(temporaryFolder(), "data");
  writeImages(
    data,
    images.map(({ id }) => pool[id] as Buffer),
  );
  return data;
}

/** The images as shards of a WebDataset, a given number in each, in the order given, with numbers as names. */
function asTars(images: readonly Labeled[], perShard = 5): string {
  const data = join(temporaryFolder(), "data");
  mkdirSync(data);
  for (let from = 0; from < images.length; from += perShard) {
    const members = images.slice(from, from + perShard).flatMap(({ id, label }, i): MadeMember[] => [
      { name: `${i}.cls`, content: String(label) },
      { name: `${i}.png`, content: pool[id] as Buffer },
    ]);
    writeTar(join(data, `${from / perShard}.tar`), members);
  }
  return data;
}

function optionsOf({ definition, out, store }: Setting, data: string): EvaluateOptions {
  return {
    checkpoints: [join(checkpoints, CHECKPOINT)],
    benchmarks: [definition],
    dataDirs: { animals: data },
    classNames: join(definition, "..", "animals.csv"),
    ...{ out, store, threads: 1, partSize: 4, allowIncomplete: true },
  };
}

async function run(setting: Setting, data: string, more: Partial<EvaluateOptions> = {}) {
  const notes: Note[] = [];
  const onNote = (note: Note) => void notes.push(note);
  const [result] = await evaluate({ ...optionsOf(setting, data), onNote, ...more });
  const folder = result?.folder as string;
  return {
    folder,
    metrics: result?.metrics,
    embedded: JSON.parse(readFileSync(join(folder, "run.json"), "utf8")).images_embedded as number,
    rows: rowsOf(readFileSync(join(folder, "predictions.csv"), "utf8")),
    notes: notes.map(({ text }) => text).join("\n"),
  };
}

/** The rows of a predictions.csv without the paths, sorted: what does not depend on the container. */
function rowsOf(predictions: string): string[] {
  const rows = predictions.trim().split("\n").slice(1);
  return rows.map((row) => row.slice(row.indexOf(",") + 1)).sort();
}

const filesOf = (folder: string) =>
  readdirSync(folder).map((name) => [
    name,
    readFileSync(join(folder, name), "utf8"),
    statSync(join(folder, name)).mtimeMs,
  ]);

describe("the same images in another container", () => {
  it("match results and stored embeddings for any order, names, copies and parts", async () => {
    const ids = fc.array(fc.nat(POOL - 1), { minLength: PATHS.length, maxLength: PATHS.length });
    const order = fc.shuffledSubarray([...PATHS.keys()], { minLength: PATHS.length });
    const parts = fc.record({ partSize: fc.integer({ min: 1, max: 13 }), batchSize: fc.integer({ min: 1, max: 5 }) });
    await fc.assert(
      fc.asyncProperty(
        ids,
        order,
        parts,
        fc.integer({ min: 3, max: 12 }),
        async (ofClasses, turned, sizes, perShard) => {
          const setting = makeSetting();
          const images = labeled(ofClasses);
          const before = await run(setting, asFolder(images));
          expect(before.embedded).toBe(PATHS.length);
          const files = filesOf(before.folder);
          const elsewhere = { ...setting, out: join(temporaryFolder(), "results") };
          const tars = asTars(
            turned.map((i) => images[i] as Labeled),
            perShard,
          );
          const dry = await dryRun({ ...optionsOf(elsewhere, tars), ...sizes });
          expect(dry.rows).toMatchObject([{ images: PATHS.length, imagesToEmbed: 0 }]);
          const again = await run(setting, tars, sizes);
          expect(again.notes).toMatch(
            /the same images as 1 result of vit-open-clip on animals that already exists, by content/,
          );
          expect(filesOf(before.folder)).toEqual(files);
          expect(again.metrics).toEqual(before.metrics);
          const copied = await run(elsewhere, tars, sizes);
          expect(copied).toMatchObject({ embedded: 0, metrics: before.metrics, rows: before.rows });
          const read = (out: string) => readCheckpointPredictions(out, CHECKPOINT);
          const [a, b] = [await read(setting.out), { ...(await read(elsewhere.out)), checkpoint: "b" }];
          const { rows, notes } = compareCheckpoints(a, b);
          expect(rows).toMatchObject([{ n: PATHS.length, onlyFirst: 0, onlySecond: 0 }]);
          expect(notes.map(({ text }) => text)).toEqual([expect.stringContaining("same checkpoint under two names")]);
        },
      ),
      { seed: 21, numRuns: 2 },
    );
  }, 60_000);

  it("do not match if a content or a label differs: nothing is overwritten, and the difference is named", async () => {
    const setting = makeSetting();
    const { folder } = await run(setting, asFolder(FIRST));
    const files = filesOf(folder);
    const changed = FIRST.map((image, i) => (i === 5 ? { ...image, id: 13 } : image)).reverse();
    await expect(run(setting, asTars(changed))).rejects.toThrow(
      /single-1: contains a result of other images: 11 of its 12 are among the 12 present ones; it is not overwritten/,
    );
    const relabeled = FIRST.map((image, i) => (i === 5 ? { ...image, label: 0 } : image)).reverse();
    await expect(run(setting, asTars(relabeled))).rejects.toThrow(
      /: 11 of its 12 are among the 12 present ones with the same label, 1 with another \(dog\/1\.png, now 1\.tar\/1\.png\)/,
    );
    expect(filesOf(folder)).toEqual(files);
    // With another results folder, stored embeddings are used: of images with the same sizes only the new one is embedded
    const elsewhere = { ...setting, out: join(temporaryFolder(), "results") };
    const after = await run(elsewhere, asTars(changed));
    expect(after).toMatchObject({ embedded: 1 });
    // The last digit of a cosine may differ with the batch; the ranking may not
    const ranks = (rows: readonly string[]) => rows.map((row) => row.replace(/,[^,]*\.[^,]*/g, ""));
    expect(ranks(after.rows)).toEqual(ranks((await run(makeSetting(), asTars(changed))).rows));
    // Labels are not part of an embedding
    expect(await run({ ...elsewhere, out: join(temporaryFolder(), "results") }, asTars(relabeled))).toMatchObject({
      embedded: 0,
    });
    // They are not known to be the same if the result is from a version that did not record contents
    const path = join(folder, "predictions.csv");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/,[^,\n]*$/gm, ""));
    await expect(run(setting, asTars(FIRST))).rejects.toThrow(/did not record contents/);
    writeFileSync(path, text.replace(/[0-9a-f]\n$/, "\n"));
    await expect(run(setting, asTars(FIRST))).rejects.toThrow(/row 12: expected 32 digits as content/);
  });

  it("are embedded if their stored embeddings are damaged or from another checkpoint", async () => {
    const setting = makeSetting();
    await run(setting, asFolder(FIRST));
    const [name = ""] = readdirSync(join(setting.store, "images"));
    const numbers = readdirSync(join(setting.store, "images", name)).find((file) => /^part-00001-.*npy$/.test(file));
    truncateSync(join(setting.store, "images", name, numbers as string), 100);
    const elsewhere = () => ({ ...setting, out: join(temporaryFolder(), "results") });
    const fresh = await run(makeSetting(), asTars(FIRST));
    const after = await run(elsewhere(), asTars(FIRST));
    expect(after).toMatchObject({ embedded: 4, rows: fresh.rows });
    expect(after.notes).toContain("stored embeddings of 4 images are unusable; they are embedded again");
    const otherCheckpoint = join(checkpoints, "hf-split");
    expect(await run(elsewhere(), asTars([...FIRST].reverse()), { checkpoints: [otherCheckpoint] })).toMatchObject({
      embedded: 12,
    });
  });
});
