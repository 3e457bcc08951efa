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

/** Reads which images are right, of each result once. */
export interface OutcomesReader {
  /** @returns undefined, with a note, where the result has no predictions or they contradict its metrics */
  read(result: StoredResult): Promise<ImageOutcomes | undefined>;
  notes(): Note[];
  /** @throws InputError if clusters were asked for, and no result has predictions that show them */
  checkUsed(): void;
}

/** Right and wrong images from which on two models do not get the very same ones right by chance. */
const MIN_DISTINCTIVE = 20;

/**
 * @param cluster `class`, or a CSV file with the columns image and cluster; images are independent where absent
 * @throws InputError if the file is not as it should be
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
    notes.warn("the very same images are right: a model under two names counts twice in lines and tests", {}, names);
  };
  const unknown =
    clustering === null
      ? "so the noise of its images is taken as independent of the other checkpoints'"
      : "so its images are taken as independent, whatever --cluster says";
  const addNote = clustering === null ? notes.note : notes.warn;
  return {
    notes: notes.list,
    checkUsed: () => {
      if (clustering === null || [...read.values()].some((outcomes) => outcomes !== undefined)) return;
      throw new InputError(
        "--cluster: which images are right is read from predictions.csv, and no input has any; give results folders",
      );
    },
    read: async (result) => {
      const path = resolve(result.folder);
      if (!read.has(path)) {
        const { checkpoint } = result.metrics;
        try {
          const outcomes = await readOutcomes(result, clustering, lists);
          if (outcomes === null) addNote(`has no predictions.csv everywhere, ${unknown}`, { checkpoint });
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
