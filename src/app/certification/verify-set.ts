import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import type { ContentEntry } from "../../data/dataset/compare-content.ts";
import {
  type ContentManifest,
  contentManifestPath,
  readContentManifest,
  writeContentManifest,
} from "../../data/dataset/content-manifest.ts";
import { folderNames } from "../../data/dataset/incomplete.ts";
import { setIdentity } from "../../data/dataset/set-identity.ts";
import { type SharedImages, type SharedManifest, sharedImages } from "../../data/dataset/shared-manifest.ts";
import type { SourceRoot } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import type { BenchmarkInspection } from "../inspection/inspect-benchmark.ts";
import type { DataProblem } from "../inspection/inspect-benchmark-problems.ts";
import type { ExaminedPlace } from "./examine-place.ts";
import { numberProblems } from "./number-problems.ts";
import { referenceProblems } from "./reference-problems.ts";

/** A benchmark's copy. */
export interface BenchmarkVerification {
  readonly benchmark: string;
  readonly title: string;
  readonly root: string;
  readonly images: number;
  readonly expectedImages: number;
  /** number of images read now; the others are unchanged since they were read */
  readonly read: number;
  /** complete, readable, each image in its class, and identical to its reference */
  readonly certified: boolean;
  /**
   * hash of the images and their classes, independent of names and container (see `setIdentity`); null if some are
   * unreadable
   */
  readonly identity: string | null;
  /** reference file in the store and its state; "none": not written because of problems */
  readonly reference: { readonly path: string; readonly state: "written" | "same" | "differs" | "none" };
}

/** A copy, its problems beyond those of the inspection, and its images if all are readable. */
export interface VerifiedSet {
  readonly verification: BenchmarkVerification;
  readonly problems: readonly DataProblem[];
  readonly shared: SharedImages | null;
}

export interface VerifySetOptions {
  readonly store: string;
  /** make the current state the reference */
  readonly accept: boolean;
  /** a manifest to compare with, and its path */
  readonly given: { readonly path: string; readonly sets: SharedManifest } | null;
  /** problems found by the inspection */
  readonly known: readonly DataProblem[];
}

/** A problem without its location. */
type Found = Omit<DataProblem, "benchmark" | "root">;

/**
 * Compares a benchmark's copy with its official numbers and its references. A copy without problems becomes the
 * reference if the store has none. An existing reference is not replaced unless the copy is accepted.
 *
 * @param examined  null if its images cannot be listed
 */
export async function verifySet(
  inspection: BenchmarkInspection,
  examined: ExaminedPlace | null,
  options: VerifySetOptions,
): Promise<VerifiedSet> {
  const { benchmark: id, title, root, images, expectedImages } = inspection;
  const facts = { benchmark: id, title, root, images, expectedImages };
  if (examined === null) {
    const reference = { path: "", state: "none" } as const;
    return {
      verification: { ...facts, read: 0, certified: false, identity: null, reference },
      problems: [],
      shared: null,
    };
  }
  const { benchmark, survey } = examined.place;
  const path = await contentManifestPath(options.store, id, survey);
  const now = entriesOf(examined);
  const stored = options.accept ? null : await readStored(path, id, survey);
  const found = await findProblems(examined, now, path, stored, options);
  const isSound = ![...options.known, ...found].some(({ severity }) => severity === "error");
  const whole = now.filter(isWhole);
  const isReadable = whole.length === images && examined.content.unreadable.length === 0;
  const identity = isReadable ? setIdentity(whole, folderNames(benchmark)) : null;
  const certified = isSound ? identity : null;
  let state: BenchmarkVerification["reference"]["state"] = stored === null ? "none" : "same";
  if (stored !== null && hasErrors(found)) state = "differs";
  const isNew = stored === null && (isSound || options.accept) && images > 0;
  const isBetter = stored !== null && "images" in stored && stored.certified === null && certified !== null;
  if (isNew || isBetter) {
    const failure = await write(path, { id, place: survey, now, certified });
    if (failure === null && isNew) state = "written";
    if (failure !== null) found.push(failure);
  }
  return {
    verification: { ...facts, read: examined.read, certified: isSound, identity, reference: { path, state } },
    problems: found.map((problem) => ({ ...problem, benchmark: id, root })),
    shared: isReadable ? { benchmark, images: whole } : null,
  };
}

type WholeEntry = Required<ContentEntry> & { readonly sha256: string };

function isWhole(entry: Required<ContentEntry>): entry is WholeEntry {
  return entry.sha256 !== null;
}

function entriesOf({ place, content }: ExaminedPlace): Required<ContentEntry>[] {
  return Array.from(place.survey.images, ({ path, bytes, label }, at) => {
    return { path, bytes, label, sha256: content.sha256[at] ?? null };
  });
}

async function findProblems(
  { place, content }: ExaminedPlace,
  now: readonly ContentEntry[],
  path: string,
  stored: ContentManifest | Found | null,
  { given }: VerifySetOptions,
): Promise<Found[]> {
  const { benchmark, survey } = place;
  const unreadable = new Set(content.unreadable.map((image) => image.path));
  const found = await numberProblems(benchmark, survey.images);
  const byGiven = given === null ? [] : compareGiven(given, benchmark, now, unreadable);
  found.push(...byGiven);
  if (stored !== null && "kind" in stored) found.push(stored);
  // report a difference from both only once
  else if (stored !== null && !hasErrors(byGiven)) {
    found.push(...referenceProblems({ path, images: stored.images }, now, unreadable));
  }
  return found;
}

function compareGiven(
  { path, sets }: NonNullable<VerifySetOptions["given"]>,
  benchmark: Benchmark,
  now: readonly ContentEntry[],
  unreadable: ReadonlySet<string>,
): Found[] {
  const rows = sets.get(benchmark.id);
  if (rows !== undefined) {
    return referenceProblems({ path, images: sharedImages(path, rows, benchmark) }, now, unreadable);
  }
  const message = `${path} contains no images of it, so it was not compared`;
  return [{ severity: "warning", kind: "not in the manifest", message, advice: "", items: [] }];
}

function hasErrors(problems: readonly Found[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}

/** Reads the stored reference; a problem if it is unreadable; null if there is none. */
async function readStored(path: string, id: string, place: SourceRoot): Promise<ContentManifest | Found | null> {
  try {
    return await readContentManifest(path, id, place);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const advice = "make the current state the reference with --accept";
    return { severity: "error", kind: "damaged reference", message: cause.message, advice, items: [] };
  }
}

/** @returns the reason if writing failed; null if it succeeded */
async function write(
  path: string,
  set: {
    readonly id: string;
    readonly place: SourceRoot;
    readonly now: readonly Required<ContentEntry>[];
    readonly certified: string | null;
  },
): Promise<Found | null> {
  try {
    await writeContentManifest(path, set.id, set.place, set.now, set.certified);
    return null;
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    const message = `the reference could not be written, so later changes will not be detected: ${cause.message}`;
    return { severity: "warning", kind: "not written down", message, advice: "choose another --store", items: [] };
  }
}
