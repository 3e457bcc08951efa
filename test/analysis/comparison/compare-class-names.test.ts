import { describe, expect, it } from "vitest";
import { readClassNamer } from "../../../src/analysis/comparison/compare-class-names.ts";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";

describe("readClassNamer", () => {
  it("names classes by their labels, several where several are right, and none if the label is empty or not a number", async () => {
    const row = { benchmark: "objectnet", protocol: "official", classNames: "imagenet-openai" };
    const nameOf = await readClassNamer([row], [await readBenchmark("objectnet")]);
    expect(nameOf(row, "0")).toBe("tench");
    expect(nameOf(row, "0;1")).toBe("tench or goldfish");
    for (const label of ["", " ", "0x1", "1.5", "-1", "0;", "1000"]) expect(nameOf(row, label)).toBeNull();
  });
});
