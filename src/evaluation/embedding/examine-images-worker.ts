import { workerData } from "node:worker_threads";
import { loadSharp } from "../../data/image/load-sharp.ts";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { SourcePlace } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { type ExaminedImage, examineImages } from "./examine-image.ts";
import { openBudget, type SharedBudget } from "./memory-budget.ts";
import { serveTasks } from "./worker-program.ts";

/** Hashes and decodes images, off the main thread. */

export interface ExamineSetup {
  readonly place: SourcePlace;
  /** for decoded pixels, in all threads together; images are not decoded where null */
  readonly budget: SharedBudget | null;
}

const { place, budget: shared } = workerData as ExamineSetup;
if (shared !== null) loadSharp(); // if it cannot be, no image is to blame
const source = openSource(place);
const budget = shared === null ? null : openBudget(shared);
serveTasks<readonly ImageEntry[], ExaminedImage[]>(
  (images) => examineImages(source, images, { root: place.root, budget }),
  () => [],
  () => source.close(),
);
