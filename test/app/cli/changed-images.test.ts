import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { EvaluateOptions } from "../../../src/evaluation/evaluate/evaluate-options.ts";
import { identityOf } from "../../../src/foundation/files/file-identity.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import type { Note } from "../../../src/foundation/notes.ts";
import { temporaryFolder } from "../../helpers.ts";
import { noisePng, PATHS, writeDefinition, writeImages, writeImageTar } from "./animals.ts";
import { built, checkpoints } from "./run-cli.ts";

// Uses the build: threads cannot start from the sources
type Shiftline = typeof import("../../../src/index.ts");
const { evaluate, embedShard, MissingEmbeddingsError } = await built<Shiftline>("index.js");

const CHECKPOINTS = ["vit-open-clip", "hf-split"];
const PART_SIZE = 4;
const PARTS = PATHS.length / PART_SIZE;
const POOL = 20;

/** Images of one size. */
let pool: Buffer[];

beforeAll(async () => {
  pool = await Promise.all(Array.from({ length: POOL }, (_, i) => noisePng(i)));
  expect(new Set(pool.map((image) => image.length)).size).toBe(1);
});

interface Place {
  readonly definition: string;
  /** folder of the images */
  readonly data: string;
  readonly store: string;
}

function makePlace(): Place {
  const folder = temporaryFolder();
  const data = join(folder, "data");
  return { definition: writeDefinition(join(folder, "definition")), data, store: join(folder, "store") };
}

interface Outcome {
  readonly predictions: string;
  readonly embedded: number;
  readonly warnings: readonly string[];
  readonly contentSha256: string;
}

function optionsOf({ definition, data, store }: Place, checkpoint: string): EvaluateOptions {
  return {
    checkpoints: [join(checkpoints, checkpoint)],
    benchmarks: [definition],
    dataDirs: { animals: data },
    classNames: join(definition, "..", "animals.csv"),
    out: join(temporaryFolder(), "results"),
    store,
    threads: 1,
    partSize: PART_SIZE,
  };
}

async function run(place: Place, checkpoint: string, more: Partial<EvaluateOptions> = {}): Promise<Outcome> {
  const notes: Note[] = [];
  const onNote = (note: Note) => void notes.push(note);
  const [result] = await evaluate({ ...optionsOf(place, checkpoint), onNote, ...more });
  const folder = result?.folder as string;
  const record = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  const warnings = notes.filter(({ severity }) => severity === "warning").map(({ text }) => text);
  for (const text of warnings.filter((warning) => warning.includes("changed"))) expect(record.warnings).toContain(text);
  return {
    predictions: readFileSync(join(folder, "predictions.csv"), "utf8"),
    embedded: record.images_embedded,
    warnings: warnings.filter((warning) => warning.includes("changed")),
    contentSha256: record.images.content_sha256,
  };
}

const fresh = new Map<string, string>();

/** The predictions of a run on these images with an empty store. */
async function freshPredictions(checkpoint: string, ids: readonly number[]): Promise<string> {
  const key = `${checkpoint} ${ids.join()}`;
  const known = fresh.get(key);
  if (known !== undefined) return known;
  const place = makePlace();
  writeImages(place.data, imagesOf(ids));
  const { predictions, embedded } = await run(place, checkpoint);
  expect(embedded).toBe(PATHS.length);
  fresh.set(key, predictions);
  return predictions;
}

const imagesOf = (ids: readonly number[]) => ids.map((id) => pool[id] as Buffer);
const FIRST = PATHS.map((_, i) => i);

describe("images with the same names and sizes but different content", () => {
  it("in another folder are scored by their embeddings, and the parts are remade with a warning", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const corrupted = FIRST.map((id) => (id === 5 ? 13 : id === 6 ? 14 : id));
    const corruptedPlace = { ...place, data: `${place.data}-corrupted` };
    writeImages(corruptedPlace.data, imagesOf(corrupted));
    const clean = await run(place, "hf-split");
    expect(clean).toMatchObject({ embedded: PATHS.length, warnings: [] });
    const second = await run(corruptedPlace, "hf-split");
    expect(second.predictions).toBe(await freshPredictions("hf-split", corrupted));
    expect(second.predictions).not.toBe(clean.predictions);
    expect(second.contentSha256).not.toBe(clean.contentSha256);
    expect(second.embedded).toBe(PART_SIZE);
    const named = `${PATHS[5]}, ${PATHS[6]}`;
    expect(second.warnings).toEqual([
      `hf-split on animals: 2 images changed since they were embedded: ${named}; their parts are made again`,
    ]);
    expect(await run(place, "hf-split")).toMatchObject({ predictions: clean.predictions, embedded: PART_SIZE });
  });

  it("are missing for a merge in any place, while an equal copy is not", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const { predictions } = await run(place, "vit-open-clip");
    const elsewhere = makePlace();
    cpSync(place.data, elsewhere.data, { recursive: true });
    cpSync(place.store, elsewhere.store, { recursive: true });
    const merged = await run(elsewhere, "vit-open-clip", { mergeOnly: true });
    expect(merged).toMatchObject({ predictions, embedded: 0, warnings: [] });
    writeFileSync(join(elsewhere.data, PATHS[0] as string), pool[12] as Buffer);
    const notes: string[] = [];
    const onNote = ({ text }: Note) => void notes.push(text);
    const refused = run(elsewhere, "vit-open-clip", { mergeOnly: true, onNote });
    await expect(refused).rejects.toThrow(MissingEmbeddingsError);
    await expect(refused).rejects.toThrow("vit-open-clip on animals: 4 of 12 images, in part 0");
    expect(notes).toContain(
      "vit-open-clip on animals: 1 image changed since they were embedded: cat/0.png; their parts have to be made again",
    );
  });

  it("are embedded again only by the shard that has their part", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const { out: _, ...shardOptions } = optionsOf(place, "vit-open-clip");
    const shards = async () => {
      const counts: number[] = [];
      for (let index = 0; index < PARTS; index++) {
        counts.push((await embedShard(shardOptions, { index, count: PARTS })).imagesEmbedded);
      }
      return counts;
    };
    expect(await shards()).toEqual([PART_SIZE, PART_SIZE, PART_SIZE]);
    writeFileSync(join(place.data, PATHS[4] as string), pool[12] as Buffer);
    expect(await shards()).toEqual([0, PART_SIZE, 0]);
    const merged = await run(place, "vit-open-clip", { mergeOnly: true });
    const ids = FIRST.map((id) => (id === 4 ? 12 : id));
    expect(merged.predictions).toBe(await freshPredictions("vit-open-clip", ids));
  });

  it("do not overwrite the result of the original images", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const out = join(temporaryFolder(), "results");
    const { predictions } = await run(place, "vit-open-clip", { out });
    writeFileSync(join(place.data, PATHS[0] as string), pool[12] as Buffer);
    await expect(run(place, "vit-open-clip", { out })).rejects.toThrow(
      /single-1: contains a result of images with different content under the same names; it is not overwritten/,
    );
    const kept = join(out, "vit-open-clip", "animals", "three", "single-1", "predictions.csv");
    expect(readFileSync(kept, "utf8")).toBe(predictions);
    // The embeddings stay, and the result goes to another folder
    expect(await run(place, "vit-open-clip")).toMatchObject({ embedded: 0 });
    writeFileSync(join(place.data, PATHS[0] as string), pool[0] as Buffer);
    expect(await run(place, "vit-open-clip", { out })).toMatchObject({ predictions });
  });

  it("in a tar that replaced another are scored by their embeddings", async () => {
    const place = makePlace();
    const path = writeImageTar(place.data, imagesOf(FIRST));
    utimesSync(path, 1, 1);
    const before = await run(place, "hf-split");
    expect(await run(place, "hf-split")).toEqual({ ...before, embedded: 0 });
    writeImageTar(place.data, imagesOf(FIRST.map((id) => (id === 11 ? 12 : id))));
    utimesSync(path, 1, 1);
    const after = await run(place, "hf-split");
    const another = { ...makePlace(), definition: place.definition, data: place.data };
    expect(after.predictions).toBe((await run(another, "hf-split")).predictions);
    expect(after.predictions).not.toBe(before.predictions);
    expect(after.embedded).toBe(PART_SIZE);
  });
});

describe("unchanged images", () => {
  it("are recorded with the state of their file when they are embedded", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    await sleep(3200); // a state less than three seconds old is not recorded
    await run(place, "vit-open-clip");
    const [folder = ""] = readdirSync(join(place.store, "contents"));
    const { images } = JSON.parse(readFileSync(join(place.store, "contents", folder, "00000.json"), "utf8"));
    const expected = PATHS.map((path, i) => [
      identityOf(statSync(join(place.data, path), { bigint: true })),
      sha256(pool[i] as Buffer),
    ]);
    expect(images).toEqual(expected);
  });

  it("are not embedded again because one of them cannot be decoded, until it can", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const broken = join(place.data, PATHS[3] as string);
    writeFileSync(broken, Buffer.alloc((pool[0] as Buffer).length, 1));
    const first = await run(place, "vit-open-clip", { skipUnreadable: true });
    expect(first.embedded).toBe(PATHS.length);
    expect(await run(place, "vit-open-clip", { skipUnreadable: true })).toEqual({ ...first, embedded: 0 });
    writeFileSync(broken, pool[3] as Buffer);
    const last = await run(place, "vit-open-clip", { skipUnreadable: true });
    expect(last).toMatchObject({ embedded: PART_SIZE, predictions: await freshPredictions("vit-open-clip", FIRST) });
  });
});

describe("images that change during the evaluation", () => {
  /** Does something once the first batch is embedded. */
  function onFirstBatch(work: () => void): Partial<EvaluateOptions> {
    let done = false;
    return {
      batchSize: 1,
      onProgress: ({ phase }) => {
        if (phase !== "images" || done) return;
        done = true;
        work();
      },
    };
  }

  it("stop the run before scoring if they were already embedded; the same command then gives the correct score", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const options = onFirstBatch(() => writeFileSync(join(place.data, PATHS[0] as string), pool[15] as Buffer));
    const out = join(temporaryFolder(), "results");
    await expect(run(place, "vit-open-clip", { ...options, out })).rejects.toThrow(
      `${place.data}: 1 image changed during the run: cat/0.png; nothing was scored on them; run the same command again`,
    );
    expect(existsSync(join(out, "vit-open-clip"))).toBe(false);
    const again = await run(place, "vit-open-clip", { out });
    expect(again.embedded).toBe(PART_SIZE);
    const ids = FIRST.map((id) => (id === 0 ? 15 : id));
    expect(again.predictions).toBe(await freshPredictions("vit-open-clip", ids));
  });

  it("stop it too if their part was stored before and only other parts were to be embedded", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    await run(place, "vit-open-clip");
    writeFileSync(join(place.data, PATHS[11] as string), pool[12] as Buffer);
    const options = onFirstBatch(() => writeFileSync(join(place.data, PATHS[0] as string), pool[15] as Buffer));
    await expect(run(place, "vit-open-clip", options)).rejects.toThrow("1 image changed during the run: cat/0.png");
  });

  it("are unreadable if their size differs from the listed size", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const last = join(place.data, PATHS[11] as string);
    const options = onFirstBatch(() => appendFileSync(last, "more"));
    const size = (pool[0] as Buffer).length;
    await expect(run(place, "vit-open-clip", options)).rejects.toThrow(
      `${last}: changed during the run: it has ${size + 4} bytes, but had ${size} when it was listed`,
    );
  });
});

describe("stored files under another name", () => {
  /** The folders of image parts, prompts and classifiers that a run of a checkpoint made in a store. */
  async function foldersOf(place: Place, checkpoint: string): Promise<{ images: string; text: string }> {
    const before = new Set(["images", "text"].flatMap((kind) => foldersIn(join(place.store, kind))));
    await run(place, checkpoint);
    const [images, text] = ["images", "text"].map(
      (kind) => foldersIn(join(place.store, kind)).find((folder) => !before.has(folder)) as string,
    );
    return { images: images as string, text: text as string };
  }

  const foldersIn = (folder: string) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

  /** The descriptions, each followed by the file it names: nothing reads any other file, and names are random. */
  const storedFiles = (folder: string) =>
    readdirSync(folder)
      .filter((name) => /^(part|prompts|classifier)-.*\.json$/.test(name))
      .toSorted()
      .flatMap((name) => {
        const [numbers] = /[a-z0-9-]+\.npy/.exec(readFileSync(join(folder, name), "utf8")) ?? [];
        return numbers !== undefined && existsSync(join(folder, numbers)) ? [name, numbers] : [name];
      });

  const copyFiles = (from: string, to: string, isCopied: (name: string) => boolean) => {
    for (const name of readdirSync(from).filter(isCopied)) cpSync(join(from, name), join(to, name));
  };

  it("give the results of a fresh store after any copy, bit flip and change of images; the rest is not remade", async () => {
    const step = fc.record({
      kind: fc.constantFrom("rewrite", "swap", "touch", "copy", "move", "flip", "part over part", "other checkpoint's"),
      at: fc.nat(PATHS.length - 1),
      k: fc.nat(999),
      checkpoint: fc.constantFrom(...CHECKPOINTS),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 5 }), async (steps) => {
        let place = makePlace();
        const ids = [...FIRST];
        writeImages(place.data, imagesOf(ids));
        const folders = new Map<string, { images: string; text: string }>();
        for (const checkpoint of CHECKPOINTS) folders.set(checkpoint, await foldersOf(place, checkpoint));
        // The images of each part; null if it is not whole
        const made = new Map(CHECKPOINTS.map((checkpoint) => [checkpoint, partsOf(ids)]));
        for (const { kind, at, k, checkpoint } of steps) {
          const path = join(place.data, PATHS[at] as string);
          const { images, text } = folders.get(checkpoint) as { images: string; text: string };
          const parts = made.get(checkpoint) as (string | null)[];
          const part = k % PARTS;
          const isOf = (index: number) => (name: string) => name.startsWith(`part-0000${index}`);
          if (kind === "touch") utimesSync(path, k, k);
          if (kind === "rewrite") {
            ids[at] = k % POOL;
            writeFileSync(path, pool[k % POOL] as Buffer);
          }
          if (kind === "swap" && k % PATHS.length !== at) {
            const swapped = k % PATHS.length;
            renameSync(path, `${place.data}/aside`);
            renameSync(join(place.data, PATHS[swapped] as string), path);
            renameSync(`${place.data}/aside`, join(place.data, PATHS[swapped] as string));
            [ids[at], ids[swapped]] = [ids[swapped] as number, ids[at] as number];
          }
          if (kind === "copy" || kind === "move") {
            const data = `${place.data}-${k}`;
            if (kind === "copy") cpSync(place.data, data, { recursive: true, preserveTimestamps: k % 2 === 0 });
            else renameSync(place.data, data);
            place = { ...place, data };
          }
          if (kind === "flip") {
            const folder = k % 3 === 0 ? text : images;
            const names = storedFiles(folder);
            const name = names[k % names.length] as string;
            const bytes = readFileSync(join(folder, name));
            const position = (k * 7919) % bytes.length;
            bytes[position] = (bytes[position] as number) ^ (1 << (k % 8));
            writeFileSync(join(folder, name), bytes);
            if (folder === images) parts[Number(name.slice("part-".length, "part-00000".length))] = null;
          }
          const target = at % PARTS;
          if (kind === "part over part" && part !== target) {
            cpSync(join(images, `part-0000${part}.json`), join(images, `part-0000${target}.json`));
            parts[target] = null;
          }
          if (kind === "other checkpoint's") {
            const otherFolders = folders.get(CHECKPOINTS.find((name) => name !== checkpoint) as string);
            copyFiles(otherFolders?.text as string, text, () => true);
            copyFiles(otherFolders?.images as string, images, isOf(part));
            parts[part] = null;
          }
          const expected = partsOf(ids);
          const { predictions, embedded } = await run(place, checkpoint);
          expect(predictions).toBe(await freshPredictions(checkpoint, ids));
          expect(embedded).toBe(PART_SIZE * expected.filter((content, index) => content !== parts[index]).length);
          made.set(checkpoint, expected);
        }
        rmSync(join(place.data, ".."), { recursive: true });
      }),
      { seed: 15, numRuns: 7 },
    );
  }, 400_000);

  function partsOf(ids: readonly number[]): (string | null)[] {
    return Array.from({ length: PARTS }, (_, part) => ids.slice(part * PART_SIZE, (part + 1) * PART_SIZE).join());
  }

  it("are not accepted for another checkpoint, even whole folders", async () => {
    const place = makePlace();
    writeImages(place.data, imagesOf(FIRST));
    const [first, second] = CHECKPOINTS as [string, string];
    const [firstFolders, secondFolders] = [await foldersOf(place, first), await foldersOf(place, second)];
    for (const kind of ["images", "text"] as const) {
      rmSync(firstFolders[kind], { recursive: true });
      cpSync(secondFolders[kind], firstFolders[kind], { recursive: true });
    }
    const again = await run(place, first);
    expect(again.predictions).toBe(await freshPredictions(first, FIRST));
    expect(again.embedded).toBe(PATHS.length);
    expect(basename(firstFolders.text)).not.toBe(basename(secondFolders.text));
  });
});
