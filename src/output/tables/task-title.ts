import type { StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { splitProtocol, type TaskKey } from "../../foundation/evaluation-key.ts";
import { isControl, listTitle, shortTitle, type TableBenchmark } from "./results-columns.ts";

/** Names a benchmark and its protocol in a table. */
export type TaskTitle = (task: Pick<TaskKey, "benchmark" | "protocol">) => string;

/** Titles made of ids, as in files. */
export const plainTitle: TaskTitle = ({ benchmark, protocol }) => `${benchmark} ${protocol}`.trimEnd();

/**
 * Titles as in papers: `IN-R`; `IN-R (1000)` if the protocol is not the default; `IN (IN-R classes)` for the
 * in-distribution benchmark on a shift's classes, which is never the shift itself; `IN (imagenet100 classes)` on a list
 * of classes. Unknown benchmarks keep their ids.
 */
export function taskTitles(benchmarks: readonly TableBenchmark[], axes: StudyAxes): TaskTitle {
  return (task) => {
    const { benchmark, protocol } = task;
    const known = benchmarks.find(({ id }) => id === benchmark);
    if (known === undefined) return plainTitle(task);
    const title = shortTitle(benchmark, benchmarks);
    if (splitProtocol(protocol).classes !== null) return listTitle(task, benchmarks);
    if (isControl(task, axes)) {
      return `${title} (${axes.shifts.includes(protocol) ? shortTitle(protocol, benchmarks) : protocol} classes)`;
    }
    return protocol === "" || protocol === known.protocols[0]?.id ? title : `${title} (${protocol})`;
  };
}
