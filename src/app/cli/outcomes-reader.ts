import { resolve } from "node:path";
import { bitsByContent } from "../../evaluation/results/count-both.ts";
import {
  type Clustering,
  type ImageOutcomes,
  readClusters,
  readOutcomes,
} from "../../evaluation/results/image-outcomes.ts";
import type { KnownRows } from "../../evaluation/results/image-rows.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { InputError } from "../../foundation/errors.ts";
import { createNoteCollector, type Note } from "../../foundation/notes.ts";

/** Reads which images a result gets right, once per result. */
export interface OutcomesReader {
  /** @returns undefined, with a note, if the result has no predictions or they contradict its metrics */
  read(result: StoredResult): Promise<ImageOutcomes | undefined>;
  notes(): Note[];
  /** @throws InputError if clusters are requested but no result has predictions */
  checkUsed(): void;
}

/** Minimum number of correct and of wrong images for which identical outcomes of two models are not a coincidence. */
const MIN_DISTINCTIVE = 20;

/**
 * @param cluster `class`, or a CSV file with the columns image and cluster; if undefined, images are independent
 * @throws InputError if the file is invalid
 */
export async function createOutcomesReader(cluster: string | undefined): Promise<OutcomesReader> {
  const clustering = await openClustering(cluster);
  const notes = createNoteCollector();
  const read = new Map<string, ImageOutcomes | undefined>();
  const firstWith = new Map<string, string>();
  const lists: KnownRows = new Map();
  const warnOfDuplicate = ({ metrics }: StoredResult, outcomes: ImageOutcomes) => {
    const { n, correct, images } = outcomes;
    if (Math.min(correct, n - correct) < MIN_DISTINCTIVE) return;
    const { checkpoint, benchmark, protocol } = metrics;
    const bits = Buffer.from(bitsByContent(outcomes).slice().buffer).toString("base64");
    const answers = [benchmark, protocol, images.contents?.set ?? images.names, bits].join("\0");
    const first = firstWith.get(answers) ?? checkpoint;
    firstWith.set(answers, first);
    if (first === checkpoint) return;
    const names = `${first} and ${checkpoint}`;
    notes.warn("exactly the same images are right: a model under two names counts twice in lines and tests", {}, names);
  };
  const unknown =
    clustering === null
      ? "so its image noise is treated as independent of the other checkpoints'"
      : "so its images are treated as independent despite --cluster";
  const addNote = clustering === null ? notes.note : notes.warn;
  return {
    notes: notes.list,
    checkUsed: () => {
      if (clustering === null || [...read.values()].some((outcomes) => outcomes !== undefined)) return;
      throw new InputError("--cluster needs predictions.csv, and no input has one; give results folders");
    },
    read: async (result) => {
      const path = resolve(result.folder);
      if (!read.has(path)) {
        const { checkpoint } = result.metrics;
        try {
          const outcomes = await readOutcomes(result, clustering, lists);
          if (outcomes === null) addNote(`has no predictions.csv for some results, ${unknown}`, { checkpoint });
          else warnOfDuplicate(result, outcomes);
          read.set(path, outcomes ?? undefined);
        } catch (error) {
          if (!(error instanceof InputError) || clustering?.by === "file") throw error;
          notes.warn(`${error.message}; ${unknown}: evaluate again`);
          read.set(path, undefined);
        }
      }
      return read.get(path);
    },
  };
}

async function openClustering(cluster: string | undefined): Promise<Clustering | null> {
  if (cluster === undefined) return null;
  return cluster === "class" ? { by: "class" } : readClusters(cluster);
}
