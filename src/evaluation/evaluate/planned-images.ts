import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { doubtfulBenchmark } from "../../data/benchmark/check-benchmark.ts";
import { type ClassSpace, rightClasses } from "../../data/benchmark/class-space.ts";
import { type Manifest, makeManifest } from "../../data/dataset/manifest.ts";
import { InputError } from "../../foundation/errors.ts";
import { addNotes, makeNote, type Note } from "../../foundation/notes.ts";
import { namesOfRows } from "../classifier/class-names.ts";
import { type PromptSet, readPromptSet } from "../classifier/prompt-set.ts";
import { type ImageContents, openImageContents } from "../embedding/image-contents.ts";
import { datasetNames } from "./dataset-names.ts";
import type { LocatedBenchmark } from "./locate-benchmarks.ts";
import { type PlannedProtocol, type ProtocolOptions, planProtocols } from "./planned-protocols.ts";
import { warnOfShippedId } from "./shipped-benchmark.ts";

/** Images of a benchmark with the same pre-crop, and how they are scored. */
export interface PlannedImages {
  readonly benchmark: Benchmark;
  readonly isUserDefined: boolean;
  /** pixels cropped from each side of an image before preprocessing */
  readonly preCrop: number;
  readonly manifest: Manifest;
  /** contents of the manifest's images, shared by all plans of the same images */
  readonly contents: ImageContents;
  readonly protocols: readonly PlannedProtocol[];
  /** every protocol is scored with each prompt set */
  readonly promptSets: readonly PromptSet[];
}

export interface PlanImagesOptions extends ProtocolOptions {
  /** template sets, by id or path; default: the benchmark's, or openai-80 */
  readonly templates?: readonly string[] | undefined;
}

/** Opens the recorded contents of a manifest's images. */
export type OpenContents = (manifest: Manifest) => Promise<ImageContents>;

/**
 * Plans how a benchmark's images are scored: its prompt sets, its protocols, and a manifest per pre-crop.
 *
 * @throws InputError for unreadable prompt sets, and as `planProtocols` and `makeManifest`
 */
export async function planImages(
  { benchmark, located, isUserDefined }: LocatedBenchmark,
  options: PlanImagesOptions,
  openContents: OpenContents,
): Promise<{ readonly images: readonly PlannedImages[]; readonly notes: readonly Note[] }> {
  const promptSets = await readPromptSets(
    options.templates ?? [benchmark.templates ?? "openai-80"],
    datasetNames(benchmark),
  );
  const notes: Note[] = [];
  for (const set of promptSets) addNotes(notes, set.notes);
  const { protocols, notes: protocolNotes } = await planProtocols(benchmark, located, options);
  addNotes(notes, [
    ...protocolNotes,
    ...doubtfulBenchmark(benchmark),
    ...(isUserDefined ? await warnOfShippedId(benchmark, protocols) : []),
    ...promptSets.flatMap((set) =>
      protocols.flatMap(({ classNames, nameRows }) => set.checkNames(namesOfRows(classNames, nameRows))),
    ),
  ]);
  const images: PlannedImages[] = [];
  for (const preCrop of new Set(protocols.map(({ protocol }) => protocol.preCrop))) {
    const samePreCrop = protocols.filter(({ protocol }) => protocol.preCrop === preCrop);
    const scored = (label: number) => samePreCrop.some(({ space }) => space.accepted[label] !== null);
    const manifest = makeManifest(benchmark, located, { scored, limit: options.limit });
    const contents = await openContents(manifest);
    const sampled = samePreCrop.filter(({ space }) => scoresAny(space, manifest));
    for (const { protocol } of samePreCrop.filter((planned) => !sampled.includes(planned))) {
      const text = `${benchmark.id}, protocol ${protocol.id}: left out, because none of the ${manifest.images.length} sampled images belongs to its classes`;
      notes.push(makeNote(text, { benchmark: benchmark.id, protocol: protocol.id }));
    }
    images.push({ benchmark, isUserDefined, preCrop, manifest, contents, protocols: sampled, promptSets });
  }
  return { images, notes };
}

/** Whether a protocol scores any image of a manifest; a small sample may contain none of its classes. */
function scoresAny(space: ClassSpace, { images }: Manifest): boolean {
  for (let at = 0; at < images.length; at++) if (rightClasses(space, images, at) !== null) return true;
  return false;
}

async function readPromptSets(idsOrPaths: readonly string[], datasets: readonly string[]): Promise<PromptSet[]> {
  const sets: PromptSet[] = [];
  for (const idOrPath of idsOrPaths) {
    const set = await readPromptSet(idOrPath, datasets);
    if (sets.some(({ id }) => id === set.id)) throw new InputError(`two template sets have the name "${set.id}"`);
    sets.push(set);
  }
  return sets;
}

/**
 * Returns a function that opens the contents of each set of images once, even if it is read as several benchmarks.
 *
 * @param folder  folder of the store for contents
 * @param keep    if false, nothing is written
 */
export function shareContents(folder: string, keep: boolean): OpenContents {
  const opened = new Map<string, ImageContents>();
  return async (manifest) => {
    const place = `${manifest.sha256}\n${manifest.root}`;
    const contents = opened.get(place) ?? (await openImageContents(folder, manifest, { keep }));
    opened.set(place, contents);
    return contents;
  };
}
