import { workerData } from "node:worker_threads";
import { loadSharp } from "../../data/image/load-sharp.ts";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { SourcePlace } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { type ExaminedImage, examineImages } from "./examine-image.ts";
import { openBudget, type SharedBudget } from "./memory-budget.ts";
import { serveTasks } from "./worker-program.ts";

/** Hashes and decodes images in a worker thread. */

export interface ExamineSetup {
  readonly place: SourcePlace;
  /** memory for decoded pixels, shared by all threads; null to not decode images */
  readonly budget: SharedBudget | null;
}

const { place, budget: shared } = workerData as ExamineSetup;
if (shared !== null) loadSharp(); // a failure to open the source is not the fault of an image
const source = openSource(place);
const budget = shared === null ? null : openBudget(shared);
serveTasks<readonly ImageEntry[], ExaminedImage[]>(
  (images) => examineImages(source, images, { root: place.root, budget }),
  () => [],
  () => source.close(),
);
