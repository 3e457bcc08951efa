import { readSharedManifest, type SharedManifest, writeSharedManifest } from "../../data/dataset/shared-manifest.ts";
import { pathOfPlace } from "../../data/sources/image-source.ts";
import { checkWritable } from "../../foundation/files/atomic-write.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import type { DataProblem } from "../inspection/inspect-benchmark-problems.ts";
import { inspectData } from "../inspection/inspect-data.ts";
import { type ExaminedPlace, examinePlace } from "./examine-place.ts";
import { sortProblems, splitTruncated } from "./sort-problems.ts";
import { type BenchmarkVerification, type VerifiedSet, verifySet } from "./verify-set.ts";

export interface VerifyDataOptions {
  /** benchmark id → its folder */
  readonly dataDirs?: Readonly<Record<string, string>>;
  /** file whose first line is the password of encrypted zip archives */
  readonly zipPasswordFile?: string | undefined;
  /** ids, or paths of definitions; default: all shipped ones */
  readonly benchmarks?: readonly string[];
  /** folder of references and recorded content of images */
  readonly store: string;
  /** a CSV file to compare with; written if it does not exist */
  readonly manifest?: string;
  /** read every image again, even if it is recorded */
  readonly deep?: boolean;
  /** make the current state the reference */
  readonly accept?: boolean;
  readonly threads: number;
  readonly onProgress?: (progress: {
    readonly benchmark: string;
    readonly done: number;
    readonly total: number;
  }) => void;
  /** called between images; throws to stop */
  readonly checkStopped?: () => void;
}

/** Outcome of verifying a data root, as a plain object. */
export interface Verification {
  readonly root: string;
  readonly certified: boolean;
  readonly benchmarks: readonly BenchmarkVerification[];
  /** sorted by severity */
  readonly problems: readonly DataProblem[];
  /** the given file and its state; "none": it does not exist, and was not written because of problems */
  readonly manifest: { readonly path: string; readonly state: "written" | "compared" | "none" } | null;
}

/**
 * Certifies the benchmarks below a folder or in named folders: complete, every image decodable as in an evaluation,
 * each image in its class, and unchanged since the first certification. Writes only to the store and to a requested
 * manifest.
 *
 * @param root  undefined if every benchmark's folder is named
 * @throws InputError if no benchmark is found, or a manifest is unusable
 */
export async function verifyData(root: string | undefined, options: VerifyDataOptions): Promise<Verification> {
  const { dataDirs = {}, store, manifest, accept = false, deep = false, threads, onProgress, checkStopped } = options;
  const given = manifest === undefined ? null : await openManifest(manifest, accept);
  const benchmarks = options.benchmarks ?? (root === undefined ? Object.keys(dataDirs) : undefined);
  const examined = new Map<string, ExaminedPlace>();
  const keyOf = (benchmark: string, folder: string) => `${benchmark}\n${folder}`;
  const inspection = await inspectData(root ?? ".", {
    deep: true,
    store,
    dataDirs,
    zipPasswordFile: options.zipPasswordFile,
    ...(benchmarks === undefined ? {} : { benchmarks }),
    check: async (place) => {
      const { id } = place.benchmark;
      const found = await examinePlace(place, {
        store,
        deep,
        threads,
        onProgress: (done, total) => onProgress?.({ benchmark: id, done, total }),
        checkStopped,
      });
      examined.set(keyOf(id, pathOfPlace(place.survey)), found);
      return found.content;
    },
  });
  const problems = splitTruncated(inspection.problems);
  const sets: VerifiedSet[] = [];
  for (const found of inspection.benchmarks) {
    const place = examined.get(keyOf(found.benchmark, found.root)) ?? null;
    const known = problems.filter(({ benchmark }) => benchmark === found.benchmark);
    const set = await verifySet(found, place, { store, accept, given, known });
    sets.push(set);
  }
  for (const set of sets) problems.push(...set.problems);
  if (given !== null && options.benchmarks === undefined) problems.push(...absentSets(given, sets, root ?? "."));
  const certified = !problems.some(({ severity }) => severity === "error");
  const shared = sets.flatMap((set) => (set.shared === null ? [] : [set.shared]));
  let state: NonNullable<Verification["manifest"]>["state"] = given === null ? "none" : "compared";
  if (manifest !== undefined && given === null && shared.length > 0 && (certified || accept)) {
    await writeSharedManifest(manifest, shared);
    state = "written";
  }
  return {
    root: root ?? ".",
    certified,
    benchmarks: sets.map(({ verification }) => verification),
    problems: sortProblems(problems),
    manifest: manifest === undefined ? null : { path: manifest, state },
  };
}

/** Reads the manifest to compare with; null if it is to be written, after checking that this is possible. */
async function openManifest(
  path: string,
  accept: boolean,
): Promise<{ readonly path: string; readonly sets: SharedManifest } | null> {
  if (!accept && (await statIfThere(path)) !== null) return { path, sets: await readSharedManifest(path) };
  await checkWritable(path.replace(/[^/\\]+$/, "") || ".", "--manifest");
  return null;
}

/** Finds benchmarks of a manifest that are missing. */
function absentSets(
  { path, sets }: { readonly path: string; readonly sets: SharedManifest },
  found: readonly VerifiedSet[],
  root: string,
): DataProblem[] {
  const there = new Set(found.map(({ verification }) => verification.benchmark));
  const absent = [...sets.keys()].filter((id) => !there.has(id));
  return absent.map((benchmark) => ({
    severity: "error",
    kind: "missing",
    benchmark,
    root,
    message: `listed in ${path}, but not found`,
    advice: "specify its folder with --data-dir, or select benchmarks with --benchmark",
    items: [],
  }));
}
