import { describe, expect, it } from "vitest";
import { compareGroups } from "../../../src/analysis/robustness/group-lines.ts";
import { groupsOfRows, parseMetadata } from "../../../src/analysis/robustness/metadata.ts";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { compareWithReference } from "../../../src/analysis/robustness/relative-study.ts";
import { aggregateReplicates } from "../../../src/analysis/robustness/replicates.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { noteLines } from "../../note-lines.ts";
import { expectedValues } from "./expected.ts";

async function testbed() {
  const baseline = await readBaseline("imagenet-testbed");
  const study = studyRobustness(baseline.rows, baseline);
  return { study, groups: groupsOfRows(study.accuracies) };
}

describe("lines of groups", () => {
  it("are fitted for each group and tested as numpy and scipy do", async () => {
    const { study, groups } = await testbed();
    const three = new Map(
      [...groups].filter(([, group]) => expectedValues.covariance.groups.some(([name]) => name === group)),
    );
    const { comparisons, notes } = compareGroups(study.accuracies, three, "logit", study.pairing);
    const v2 = comparisons.find((comparison) => comparison.benchmark === "imagenet-v2");
    expect(v2?.lines.map((line) => [line.group, line.fit.n])).toEqual([
      ["more-data", 41],
      ["robustness-interventions", 70],
      ["standard", 87],
    ]);
    for (const test of ["slopes", "intercepts", "lines"] as const) {
      const expected = expectedValues.covariance[test];
      expect(v2?.covariance?.[test].f, test).closeTo(expected.f, 1e-9 * expected.f);
    }
    for (const { fit, slopeInterval, interceptInterval } of v2?.lines ?? []) {
      const line = fit.corrected as NonNullable<typeof fit.corrected>; // the images of x are known
      expect(slopeInterval?.high).closeTo(line.slope + fit.tQuantile * line.slopeSe, 1e-12);
      expect(slopeInterval?.low).closeTo(line.slope - fit.tQuantile * line.slopeSe, 1e-12);
      expect(interceptInterval?.low).closeTo(line.intercept - fit.tQuantile * line.interceptSe, 1e-12);
    }
    expect(v2?.covariance?.lines.p).toBeGreaterThan(0);
    expect(noteLines(notes)[0]).toMatch(/^in no group, so left out of the groups' lines: .* and \d+ more$/);
  });

  it("obey the baseline's rules: two pieces, an end of the axis, its models left out by name", async () => {
    const { study, groups } = await testbed();
    const left = /aws|batch64|subsample/;
    const { comparisons, notes } = compareGroups(study.accuracies, groups, "logit", study.pairing, study.rules);
    const membersOf = (group: string, benchmark: string, subset: string) =>
      study.accuracies.filter(
        (row) =>
          groups.get(row.checkpoint) === group &&
          row.benchmark === "imagenet" &&
          row.protocol === subset &&
          !left.test(row.checkpoint) &&
          study.accuracies.some(
            (accuracy) => accuracy.checkpoint === row.checkpoint && accuracy.benchmark === benchmark,
          ),
      );
    const found = (benchmark: string, idSide: string) =>
      comparisons
        .filter((comparison) => comparison.benchmark === benchmark && comparison.idSide === idSide)
        .flatMap(({ piece, lines }) =>
          lines.map(({ group, fit }) => ({ group, piece, names: fit.models.map(({ model }) => model) })),
        );
    const onA = found("imagenet-a", "imagenet@imagenet-a");
    expect(onA.map(({ group, piece }) => `${group} ${piece.from}`)).toContain("more-data 0.9186");
    expect(onA.map(({ group, piece }) => `${group} ${piece.from}`)).not.toContain("adversarially-robust 0.9186");
    for (const { group, piece, names } of onA) {
      const expected = membersOf(group, "imagenet-a", "imagenet-a").filter(
        ({ checkpoint, accuracy }) => checkpoint !== "resnet50" && accuracy >= piece.from && accuracy < piece.to,
      );
      expect([...names].sort()).toEqual(expected.map(({ checkpoint }) => checkpoint).sort());
      expect(piece.from).toBeGreaterThanOrEqual(0.75);
    }
    for (const { group, names } of found("imagenet-r", "imagenet@imagenet-r")) {
      const expected = membersOf(group, "imagenet-r", "imagenet-r").filter(({ accuracy }) => accuracy >= 0.75);
      expect([...names].sort()).toEqual(expected.map(({ checkpoint }) => checkpoint).sort());
    }
    expect(noteLines(notes).some((note) => /rules exclude names with aws; batch64; subsample: /.test(note))).toBe(true);
  });

  it("keep a checkpoint that is not in the baseline, regardless of its name", async () => {
    const { study, groups } = await testbed();
    const renamed = study.accuracies
      .filter(({ group }) => group === "more-data")
      .map((row) => ({ ...row, checkpoint: `aws/${row.checkpoint}` }));
    const names = new Map(renamed.map(({ checkpoint }) => [checkpoint, "mine"]));
    const { comparisons } = compareGroups(renamed, names, "logit", study.pairing, study.rules);
    const count = [...groups.values()].filter((group) => group === "more-data").length;
    expect(comparisons.find(({ benchmark }) => benchmark === "imagenet-v2")?.lines[0]?.fit.n).toBe(count);
  });

  it("report the groups that are too small, and are refused if none is large enough", async () => {
    const { study } = await testbed();
    const models = [...new Set(study.accuracies.map((row) => row.checkpoint))];
    const groups = new Map(models.slice(0, 20).map((model, i) => [model, i < 2 ? "pair" : "rest"]));
    const { comparisons, notes } = compareGroups(study.accuracies, groups, "logit", study.pairing);
    expect(comparisons.every((comparison) => comparison.lines.length === 1 && comparison.covariance === null)).toBe(
      true,
    );
    expect(
      noteLines(notes).some((note) =>
        /^group pair has no line: a line needs at least three models.*imagenet-v2 on imagenet/.test(note),
      ),
    ).toBe(true);
    expect(() => compareGroups(study.accuracies, new Map([["nobody", "x"]]), "logit", study.pairing)).toThrow(
      /no group can have a line/,
    );
  });
});

describe("metadata", () => {
  it("gives a column's value of each checkpoint, empty cells left out", () => {
    const text = 'checkpoint,data\na,laion\n"b,1",\nc,"=x"\n';
    expect([...parseMetadata(text, "m.csv", "data")]).toEqual([
      ["a", "laion"],
      ["c", "=x"],
    ]);
  });

  it("is refused without the column or the checkpoints, and where rows disagree", () => {
    expect(() => parseMetadata("checkpoint,x\na,1\n", "m.csv", "data")).toThrow(
      /m\.csv: expected the columns data; missing: data/,
    );
    expect(() => parseMetadata("name,data\na,1\n", "m.csv", "data")).toThrow(
      /expected a column checkpoint \(or model\)/,
    );
    expect(() => parseMetadata("model,data\na,1\na,2\n", "m.csv", "data")).toThrow(
      /row 2: a has data "2", but "1" in another row/,
    );
  });
});

describe("replicates and references", () => {
  it("aggregate seeds as mean and sample standard deviation", async () => {
    const zoo = await readBaseline("openclip");
    const study = studyRobustness(zoo.rows, await readBaseline("openai-clip"));
    const seeds = new Map([
      ["ViT-B-32/laion400m_e31", "B/32"],
      ["ViT-B-32/laion400m_e32", "B/32"],
      ["ViT-L-14/laion400m_e31", "L/14"],
    ]);
    const rows = aggregateReplicates(study.rows, seeds);
    expect(rows).toHaveLength(2 * 7);
    const v2 = rows.filter((row) => row.benchmark === "imagenet-v2");
    expect(v2.map((row) => [row.replicateOf, row.n, row.effectiveRobustness.sd === null])).toEqual([
      ["B/32", 2, false],
      ["L/14", 1, true],
    ]);
    const [a, b] = study.rows.filter((row) => seeds.get(row.checkpoint) === "B/32" && row.benchmark === "imagenet-v2");
    const [first, second] = [a?.effectiveRobustness as number, b?.effectiveRobustness as number];
    expect(v2[0]?.effectiveRobustness.mean).closeTo((first + second) / 2, 1e-12);
    expect(v2[0]?.effectiveRobustness.sd).closeTo(Math.abs(first - second) / Math.SQRT2, 1e-12);
  });

  it("give relative robustness against one checkpoint, on five shifts and their average", async () => {
    const zoo = await readBaseline("openclip");
    const study = studyRobustness(zoo.rows, await readBaseline("openai-clip"));
    const rows = compareWithReference(study.accuracies, "RN50/openai", study.pairing);
    expect(rows).toHaveLength(117 * 6);
    const b32 = rows.find((row) => row.model === "ViT-B-32/openai" && row.benchmark === "imagenet-r");
    expect(b32?.relativeRobustness).closeTo(0.6933 - 0.6073, 1e-12);
    expect(b32?.idDifference).closeTo(0.6332 - 0.5982, 1e-12);
    expect(() => compareWithReference(study.accuracies, "RN51", study.pairing)).toThrow(
      /unknown checkpoint "RN51".*; known: /,
    );
  });
});
