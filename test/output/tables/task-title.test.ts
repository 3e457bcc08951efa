import { expect, it } from "vitest";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { taskTitles } from "../../../src/output/tables/task-title.ts";

it("names benchmarks as papers do, and never ImageNet on a shift's classes as the shift", async () => {
  const benchmarks = await Promise.all(["imagenet", "imagenet-r", "imagenet-v2", "objectnet"].map(readBenchmark));
  const title = taskTitles(benchmarks, IMAGENET_AXES);
  const named = (text: string) => {
    const [benchmark = "", protocol = ""] = text.split(" ");
    return title({ benchmark, protocol });
  };
  expect(["imagenet 1000", "imagenet", "imagenet-r 200", "imagenet-r 1000", "imagenet-v2 1000"].map(named)).toEqual([
    "IN",
    "IN",
    "IN-R",
    "IN-R (1000)",
    "IN-V2",
  ]);
  expect(["imagenet imagenet-r", "imagenet objectnet", "objectnet official"].map(named)).toEqual([
    "IN (IN-R classes)",
    "IN (ObjectNet classes)",
    "ObjectNet (official)",
  ]);
  expect(["mine top-1", "average"].map(named)).toEqual(["mine top-1", "average"]);
});
