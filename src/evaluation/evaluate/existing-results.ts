import type { Manifest } from "../../data/dataset/manifest.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { plural } from "../../foundation/number-text.ts";
import type { ImageContents, UpdateOptions } from "../embedding/image-contents.ts";
import { readSameImages } from "../results/existing-result.ts";
import { type IdentifiedImages, labelText } from "../results/image-pairing.ts";
import { shortContent } from "../results/predictions-file.ts";
import type { OpenedRun, PlannedResult } from "./planned-runs.ts";

/**
 * Finds existing results of the same images in another listing: in another container, with other names or in another
 * order. They are kept, and nothing is embedded or scored for them.
 *
 * @returns the runs with their existing results, and notes
 * @throws InputError if the images of such a result differ from the present ones
 */
export async function findExistingResults(
  runs: readonly OpenedRun[],
  options: UpdateOptions,
): Promise<{ readonly runs: OpenedRun[]; readonly notes: readonly Note[] }> {
  const notes: Note[] = [];
  const found: OpenedRun[] = [];
  for (const run of runs) {
    const { checkpoint, benchmark, manifest, contents } = run;
    const listed = run.results.filter((result) => result.isListedOtherwise);
    if (listed.length === 0) {
      found.push(run);
      continue;
    }
    await contents.update([{ first: 0, rows: manifest.images.length }], options);
    const results: PlannedResult[] = [];
    for (const result of run.results) {
      if (!result.isListedOtherwise) results.push(result);
      else {
        const existing = await readSameImages(result.folder, scoredImages(manifest, contents, result));
        results.push({ ...result, existing });
      }
    }
    found.push({ ...run, results });
    const text = `${manifest.root}: the same images as ${plural(listed.length, "result")} of ${checkpoint.id} on ${benchmark.id} that already ${listed.length === 1 ? "exists" : "exist"}, by content; nothing is overwritten`;
    notes.push(makeNote(text, { checkpoint: checkpoint.id, benchmark: benchmark.id }));
  }
  return { runs: found, notes };
}

/** Returns the readable images that a protocol scores. */
function scoredImages({ images }: Manifest, contents: ImageContents, { space }: PlannedResult): IdentifiedImages {
  const positions: number[] = [];
  for (let at = 0; at < images.length; at++) {
    if (space.accepted[images.label(at)] !== null && contents.sha256(at) !== "") positions.push(at);
  }
  const at = (row: number) => positions[row] as number;
  const labels = space.accepted.map((classes) => labelText(classes ?? []));
  return {
    n: positions.length,
    name: (row) => images.at(at(row)).path,
    label: (row) => labels[images.label(at(row))] as string,
    content: (row) => shortContent(contents.sha256(at(row))),
  };
}

/** Returns the runs that have something to score, without existing results. */
export function runsToScore<Run extends Pick<OpenedRun, "results">>(runs: readonly Run[]): Run[] {
  return runs
    .map((run) => ({ ...run, results: run.results.filter(({ existing }) => existing === undefined) }))
    .filter(({ results }) => results.length > 0);
}
