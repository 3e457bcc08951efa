import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type * as Shiftline from "../src/index.ts";
import { noisePng, PATHS, writeDefinition, writeImages, writeImageTar } from "../test/app/cli/animals.ts";
import { type Random, seededRandom } from "./_random.ts";

const root = join(import.meta.dirname, "..");

/** The results of damaged stores. */
export interface DamagedStores {
  readonly stores: number;
  /** evaluations equal to that of a new store */
  readonly equal: number;
  /** evaluations that ended with a message for the user */
  readonly refused: number;
  /** kind of damage → count */
  readonly damage: Readonly<Record<string, number>>;
}

/** Time limit in milliseconds for an evaluation of 12 images on a busy machine. */
const DEADLINE = 120_000;
const CHECKPOINTS = ["vit-open-clip", "hf-split"];

/**
 * Damages stores of a small evaluation (two checkpoints, one set of images in folders and another in a tar) and evaluates again
 * from each: the results must equal those of a new store byte for byte, or the command must report what is wrong.
 *
 * @throws Error at the first different result, defect or hang, with the seed and the damage
 */
export async function fuzzStores(
  count: number,
  seed: number,
  log: (text: string) => void = () => {},
): Promise<DamagedStores> {
  // Threads run the built programs
  const { evaluate, InputError } = (await import(join(root, "dist", "index.js"))) as typeof Shiftline;
  const scratch = mkdtempSync(join(tmpdir(), "shiftline-stores-"));
  try {
    const whole = join(scratch, "store");
    const definition = writeDefinition(join(scratch, "definition"));
    const pool = await Promise.all(Array.from({ length: 2 * PATHS.length }, (_, i) => noisePng(i)));
    const sets = [join(scratch, "folders"), join(scratch, "tar")] as const;
    writeImages(sets[0], pool.slice(0, PATHS.length));
    writeImageTar(sets[1], pool.slice(PATHS.length));
    const run = async (setup: Setup, store: string): Promise<string> => {
      const out = join(scratch, "results");
      rmSync(out, { recursive: true, force: true });
      const results = await withDeadline(
        evaluate({
          checkpoints: [join(root, "test", "fixtures", "checkpoints", setup.checkpoint)],
          benchmarks: [definition],
          dataDirs: { animals: setup.images },
          classNames: join(dirname(definition), "animals.csv"),
          ...{ out, store, threads: 1, partSize: 4 },
        }),
      );
      return ["predictions.csv", "metrics.json"]
        .map((name) => readFileSync(join(results[0]?.folder as string, name), "utf8"))
        .join("\n");
    };
    const setups = CHECKPOINTS.flatMap((checkpoint) => sets.map((images): Setup => ({ checkpoint, images })));
    const expected = new Map<Setup, string>();
    for (const setup of setups) expected.set(setup, await run(setup, whole));
    for (const setup of setups) {
      if ((await run(setup, whole)) !== expected.get(setup))
        throw new Error("an undamaged store leads to other results");
    }
    const total = { stores: 0, equal: 0, refused: 0 };
    const damage: Record<string, number> = {};
    for (let i = 0; i < count; i++) {
      const random = seededRandom(seed * 1_000_003 + i);
      const store = join(scratch, "damaged");
      rmSync(store, { recursive: true, force: true });
      cpSync(whole, store, { recursive: true, preserveTimestamps: true });
      const done = Array.from({ length: 1 + random.below(3) }, () => damageStore(store, random));
      for (const [kind] of done) damage[kind as string] = (damage[kind as string] ?? 0) + 1;
      const setup = random.pick(setups);
      const where = `seed ${seed}, store ${i}: ${done.map((parts) => parts.join(" ")).join("; ")}; ${setup.checkpoint}`;
      // The second run uses the store that the first one repaired
      for (const time of ["first", "second"]) {
        try {
          if ((await run(setup, store)) !== expected.get(setup)) throw new Error("another result");
          total.equal++;
        } catch (error) {
          if (!(error instanceof InputError))
            throw new Error(`${where}, ${time} time: ${(error as Error).message}`, { cause: error });
          total.refused++;
          log(`${where}: ${error.message.replaceAll(scratch, "")}`);
        }
      }
      total.stores++;
    }
    return { ...total, damage };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Setup {
  readonly checkpoint: string;
  readonly images: string;
}

async function withDeadline<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${DEADLINE} ms`)), DEADLINE);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

type Damage = (path: string, donor: string, random: Random) => void;

const DAMAGE: Readonly<Record<string, Damage>> = {
  "flip a bit of": (path, _, random) =>
    change(path, (bytes) => {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    }),
  "change a digit of": (path, _, random) =>
    change(path, (bytes) => {
      const digits = [...bytes.keys()].filter((at) => (bytes[at] as number) >= 48 && (bytes[at] as number) <= 57);
      if (digits.length > 0) bytes[random.pick(digits)] = 48 + random.below(10);
    }),
  "zero a piece of": (path, _, random) =>
    change(path, (bytes) => {
      const at = random.below(bytes.length);
      bytes.subarray(at, at + 1 + random.below(64)).fill(0);
    }),
  "cut off": (path, _, random) => truncateSync(path, random.below(statSync(path).size + 1)),
  empty: (path) => truncateSync(path, 0),
  "append to": (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(64)])),
  remove: (path) => rmSync(path),
  "put another in the place of": (path, donor) => writeFileSync(path, readFileSync(donor)),
  "swap with another": (path, donor) => {
    renameSync(path, `${path}.swap`);
    if (donor !== path) renameSync(donor, path);
    renameSync(`${path}.swap`, donor);
  },
  "make a link to another of": (path, donor) => {
    if (donor === path) return;
    rmSync(path);
    symlinkSync(donor, path);
  },
  "make a folder of": (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  "make a year older": (path) => {
    const past = Date.now() / 1000 - 365 * 86_400;
    utimesSync(path, past, past);
  },
  "write JSON of another kind to": (path, _, random) =>
    writeFileSync(path, random.pick(["{}", "[]", "null", "0", '{"part_size":1}', '{"file":"../x","rows":-1}'])),
};

/** Damages one file, often with another one of its kind. @returns the kind of damage, the file and the replacement file */
function damageStore(store: string, random: Random): string[] {
  const files = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const path = random.pick(files);
  const ending = path.slice(path.lastIndexOf("."));
  const alike = files.filter((file) => file.endsWith(ending));
  const replacement = random.pick(random.chance(0.8) ? alike : files);
  const kind = random.pick(Object.keys(DAMAGE));
  (DAMAGE[kind] as Damage)(path, replacement, random);
  const name = (file: string) => file.slice(store.length + 1);
  return [kind, name(path), name(replacement)];
}

function change(path: string, how: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  if (bytes.length > 0) how(bytes);
  writeFileSync(path, bytes);
}
