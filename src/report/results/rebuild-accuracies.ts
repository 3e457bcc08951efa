import { join } from "node:path";
import { atomicWrite } from "../../files/atomic-write.ts";
import { formatAccuracies } from "../tables/accuracies-csv.ts";
import { readAllMetrics } from "./result-folder.ts";

/**
 * Makes `<out>/accuracies.csv` anew from every `metrics.json` below it and renames it into place: runs side by side
 * cannot spoil it.
 */
export async function rebuildAccuracies(out: string): Promise<void> {
  await atomicWrite(join(out, "accuracies.csv"), formatAccuracies(await readAllMetrics(out)));
}
