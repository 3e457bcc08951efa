import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { binomialAtNormal } from "../../../src/foundation/statistics/binomial-draw.ts";
import { inverseLogit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { shiftline } from "./run-cli.ts";

const records = (path: string): Record<string, string>[] => parse(readFileSync(path, "utf8"), { columns: true });

interface Checkpoint {
  readonly name: string;
  /** share of the first of two sources */
  readonly share: number;
  /** doublings of samples */
  readonly doublings: number;
}

/** Three checkpoints of each of five mixtures. */
const CHECKPOINTS: readonly Checkpoint[] = [0, 0.25, 0.5, 0.75, 1].flatMap((share) =>
  [0, 2, 4].map((doublings) => ({ name: `m${100 * share}-${doublings}`, share, doublings })),
);

/** Accuracies on ImageNet and V2: the share raises the line by 1, samples move along it only. */
function accuracies(checkpoints = CHECKPOINTS): string {
  const random = createRandomNumbers(11);
  const measured = (value: number, n: number) => binomialAtNormal(random.normal(), n, inverseLogit(value)) / n;
  const rows = checkpoints.flatMap(({ name, share, doublings }) => {
    const xi = -1 + 0.2 * doublings + 0.2 * random.normal();
    const eta = -0.5 + share + xi + 0.05 * random.normal();
    return [
      `${name},imagenet,1000,openai-80,,top1,${measured(xi, 50_000)},50000`,
      `${name},imagenet-v2,1000,openai-80,,top1,${measured(eta, 10_000)},10000`,
    ];
  });
  return `checkpoint,benchmark,protocol,templates,class_names,metric,value,n\n${rows.join("\n")}\n`;
}

const metadata = (row: (checkpoint: Checkpoint) => string, columns: string) =>
  `checkpoint,${columns}\n${CHECKPOINTS.map((checkpoint) => `${checkpoint.name},${row(checkpoint)}`).join("\n")}\n`;

const SHARES = metadata(({ share }) => `${share},${1 - share}`, "share_a,share_b");
const MIXTURE = ["--mixture", "a=share_a,b=share_b"];

async function fit(meta: string, options: readonly string[], csv = accuracies()) {
  const folder = temporaryFolder();
  writeTree(folder, { "in/accuracies.csv": csv, "meta.csv": meta });
  const out = join(folder, "out");
  const inputs = [join(folder, "in", "accuracies.csv"), "--metadata", join(folder, "meta.csv"), "--out", out];
  return { out, ...(await shiftline(["fit", ...inputs, ...options])) };
}

describe("shiftline fit --mixture", () => {
  it("tests dilution, gives the position of each mixture, and writes both", async () => {
    const run = await fit(SHARES, MIXTURE);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain("Mixtures of a, b: p values by Holm over 3; effect: all of a against all of b");
    expect(run.stdout).toMatch(/^imagenet-v2 {2}imagenet {2}15 .* a +1\.02 {2}0\.91 … 1\.13 {2}dilution$/m);
    expect(run.stderr).toContain("mixtures.csv, mixture-places.csv");
    const rows = records(join(run.out, "mixtures.csv"));
    expect(Object.keys(rows[0] as object).join()).toBe(
      "sources,benchmark,protocol,templates,class_names,id_side,scale,n,at_id_accuracy,quantity,source,against,estimate,low,high,f,df1,df2,p,p_holm,family,replicates,verdict,noise",
    );
    expect(rows.map(({ quantity, family, df1 }) => [quantity, family, df1])).toEqual([
      ["slopes", "3", "1"],
      ["heights", "3", "1"],
      ["lack-of-fit", "3", "3"],
      ["effect", "", ""],
    ]);
    const effect = rows[3] as Record<string, string>;
    expect([effect.source, effect.against]).toEqual(["a", "b"]);
    expect(Number(effect.low)).toBeLessThan(1);
    expect(Number(effect.high)).toBeGreaterThan(1);
    const places = records(join(run.out, "mixture-places.csv"));
    expect(places.map(({ shares, better_source }) => [shares, better_source])).toEqual([
      ["0.75;0.25", "a"],
      ["0.5;0.5", "a"],
      ["0.25;0.75", "a"],
    ]);
    for (const place of places) {
      expect(Number(place.difference_low) < 0 && Number(place.difference_high) > 0).toBe(true);
      expect(Number(place.from_better_high)).toBeLessThan(0);
    }
  });

  it("writes the same bytes from the same inputs, and does not read its outputs as accuracies", async () => {
    const run = await fit(SHARES, [...MIXTURE, "--scaling", "share_a", "--quiet"]);
    const again = await fit(SHARES, [...MIXTURE, "--scaling", "share_a", "--quiet"]);
    for (const file of ["mixtures.csv", "mixture-places.csv", "scaling.csv"]) {
      expect(readFileSync(join(again.out, file)).equals(readFileSync(join(run.out, file))), file).toBe(true);
    }
    expect(readdirSync(run.out)).toContain("scaling.csv");
    const read = await shiftline(["fit", run.out, "--out", temporaryFolder()]);
    expect([read.status, read.stderr]).toEqual([
      1,
      expect.stringMatching(/expected results .* or CSV files of accuracies/),
    ]);
  });

  it.each([
    [
      "shares above 1",
      SHARES.replace("m25-2,0.25,0.75", "m25-2,1.2,0.75"),
      /meta\.csv: row 5, column share_a: expected a share from 0 to 1, found 1\.2/,
    ],
    ["one mixture only", metadata(() => "0.5,0.5", "share_a,share_b"), /the share of a is 0\.5 for all checkpoints/],
    [
      "pure sources only",
      metadata(({ share }) => `${Math.round(share)},${1 - Math.round(share)}`, "share_a,share_b"),
      /no checkpoint is a mixture of a, b; compare sources with --group-by/,
    ],
  ])("refuses %s", async (_, meta, message) => {
    const run = await fit(meta, MIXTURE);
    expect(run.stderr).toMatch(message);
    expect(run.status).toBe(1);
  });

  it("refuses a source that no checkpoint has, and a missing metadata file", async () => {
    const third = metadata(({ share }) => `${share},${1 - share},0`, "share_a,share_b,share_c");
    const run = await fit(third, ["--mixture", "share_a,share_b,share_c"]);
    expect(run.stderr).toMatch(/the share of share_c is 0 for all checkpoints, so its effect cannot be estimated/);
    expect(run.status).toBe(1);
    const folder = temporaryFolder();
    writeTree(folder, { "accuracies.csv": accuracies() });
    const bare = await shiftline(["fit", join(folder, "accuracies.csv"), ...MIXTURE]);
    expect([bare.status, bare.stderr]).toEqual([
      1,
      expect.stringContaining("specify the CSV file that contains this column with --metadata"),
    ]);
  });

  it("leaves out checkpoints with other sources and empty cells, and names them", async () => {
    const run = await fit(SHARES.replace("m25-2,0.25,0.75", "m25-2,0.25,0.5").replace("m75-4,0.75", "m75-4,"), MIXTURE);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain("trained on other sources too, so left out of the mixtures: m25-2");
    expect(run.stderr).toContain("not all of share_a, share_b are given, so left out of the mixtures: m75-4");
    expect(records(join(run.out, "mixtures.csv"))[0]?.n).toBe("13");
  });
});

describe("shiftline fit --scaling", () => {
  const columns = (steps: (checkpoint: Checkpoint, i: number) => number) =>
    metadata(
      (checkpoint) =>
        `${checkpoint.share},${160 * 2 ** checkpoint.doublings},${steps(checkpoint, CHECKPOINTS.indexOf(checkpoint))}`,
      "source,samples,steps",
    );

  it("gives effects along and above the line with a height per group, and reports how columns enter", async () => {
    const run = await fit(
      columns(() => 1),
      ["--scaling", "samples", "--group-by", "source"],
    );
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain("scaling takes samples by its base-2 logarithm");
    expect(run.stdout).toContain(
      "Scaling: logit per doubling of samples, a height for each source; p values by Holm over 3",
    );
    const rows = records(join(run.out, "scaling.csv"));
    expect(Object.keys(rows[0] as object).join()).toBe(
      "column,transform,group_by,benchmark,protocol,templates,class_names,id_side,scale,n,groups,quantity,estimate,low,high,f,df1,df2,p,p_holm,family,replicates,variance_inflation,correlations,noise",
    );
    const [along, above] = rows as [Record<string, string>, Record<string, string>];
    expect([along.quantity, above.quantity, along.groups, along.transform]).toEqual(["along", "above", "5", "log2"]);
    expect(Math.abs(Number(along.estimate) - 0.2)).toBeLessThan(0.1);
    expect(Number(above.low) < 0 && Number(above.high) > 0).toBe(true);
  });

  it("warns about confounded columns, and refuses collinear ones", async () => {
    const near = columns(({ doublings }, i) => 250 * 2 ** doublings * (1 + 0.2 * (i % 2)));
    const run = await fit(near, ["--scaling", "samples,steps"]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toMatch(
      /warning: samples is confounded with the other columns of --scaling \(variance inflation above 10\)/,
    );
    expect(run.stdout).toMatch(/^correlation of samples and steps: 0\.99\d$/m);
    const rows = records(join(run.out, "scaling.csv"));
    expect(rows.map(({ column, quantity }) => [column, quantity])).toEqual([
      ["samples", "along"],
      ["samples", "above"],
      ["steps", "along"],
      ["steps", "above"],
      ["", "together"],
    ]);
    expect(Number(rows[0]?.variance_inflation)).toBeGreaterThan(10);
    const exact = await fit(
      columns(({ doublings }) => 250 * 2 ** doublings),
      ["--scaling", "samples,steps"],
    );
    expect(exact.stderr).toMatch(
      /samples is determined by steps, so their effects cannot be separated: specify fewer columns/,
    );
    expect(exact.status).toBe(1);
  });

  it("refuses columns that are constant, not numeric, or constant within groups", async () => {
    const of = async (options: readonly string[]) =>
      (
        await fit(
          columns(() => 7),
          options,
        )
      ).stderr;
    expect(await of(["--scaling", "steps"])).toMatch(/steps is 7 for all checkpoints: nothing to scale by/);
    expect(await of(["--scaling", "source", "--group-by", "source"])).toMatch(/source does not vary within groups/);
    expect(await of(["--scaling", "checkpoint"])).toMatch(/row 1, column checkpoint: expected a number, found "m0-0"/);
    expect(await of(["--scaling", "samples=log10"])).toMatch(/expected COLUMN, COLUMN=log2 or COLUMN=linear/);
  });
});

describe("shiftline fit --group-by, --adjust and --at", () => {
  /** Sources `low` and `high` split the share at one half; samples move along the line only. */
  const META = metadata(
    (checkpoint) => `${checkpoint.share < 0.5 ? "low" : "high"},${160 * 2 ** checkpoint.doublings}`,
    "source,samples",
  );
  const GROUPS = ["--group-by", "source"];

  it("adjusts heights, prints the assumptions, and gives heights at the requested accuracy", async () => {
    const run = await fit(META, [...GROUPS, "--adjust", "samples", "--at", "30%"]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain("note: the groups' lines adjusted by --adjust takes samples by its base-2 logarithm");
    expect(run.stdout).toContain(
      "assumed: log2 samples moves heights linearly on the scale, by the same amount in every group and at every x",
    );
    expect(run.stdout).toMatch(/^group +n +slope .* at 30\.0 % +95 %$/m);
    const tests = records(join(run.out, "group-tests.csv"));
    expect(tests.map(({ test, role }) => `${test} ${role}`)).toEqual([
      "slopes decision",
      "heights decision",
      "one-line decision",
      "same-effects check",
    ]);
    expect(new Set(tests.map((row) => row.adjusted_for))).toEqual(new Set(["log2 samples"]));
    const effects = records(join(run.out, "group-effects.csv"));
    const [high, low] = effects.filter(({ effect, reference }) => effect === "height-at" && reference === "");
    expect([high?.group, low?.group, low?.at, low?.extrapolated]).toEqual(["high", "low", "0.3", "false"]);
    expect(inverseLogit(Number(low?.estimate))).closeTo(Number(low?.accuracy), 1e-9);
    expect(Number(high?.accuracy)).toBeGreaterThan(Number(low?.accuracy_high));
    expect(effects.find(({ effect }) => effect === "adjustment: log2 samples")).toMatchObject({ group: "", at: "" });
  });

  it("reports a group without a checkpoint that high, and leaves out and names checkpoints without a value", async () => {
    const run = await fit(META.replace("m0-0,low,160", "m0-0,low,"), [...GROUPS, "--adjust", "samples", "--at", "0.9"]);
    expect(run.stderr).toMatch(
      /warning: 90\.0 % is outside the in-distribution accuracies of a group, so its height there is extrapolated: high \(.*–.* % on imagenet\), low \(/,
    );
    expect(run.stderr).toContain(
      "not all of samples are given, so left out of the groups' lines adjusted by --adjust: m0-0",
    );
    expect(records(join(run.out, "groups.csv")).map(({ n }) => n)).toEqual(["9", "5"]);
    expect(run.stdout).toMatch(/^low +5 .*†/m);
  });

  it("lists the shifts in the study's order in every table, independently of the order of the files", async () => {
    const [header, ...rows] = accuracies().trimEnd().split("\n");
    const v2 = rows.filter((line) => line.includes(",imagenet-v2,"));
    const first = v2.map((line) => line.replace("imagenet-v2,1000", "imagenet-a,200"));
    const both = `${[header, ...first, ...rows].join("\n")}\n`;
    const run = await fit(META, [...GROUPS, "--scaling", "samples"], both);
    expect(run.status, run.stderr).toBe(0);
    const shifts = [...run.stdout.matchAll(/^(imagenet-(?:a|v2)) (?:on imagenet, lines| +imagenet +15)/gm)].map(
      ([, id]) => id,
    );
    expect(shifts).toEqual(["imagenet-v2", "imagenet-a", "imagenet-v2", "imagenet-a"]);
  });

  it("refuses invalid accuracies, a column that does not vary, and both without groups", async () => {
    for (const at of ["0", "1", "60", "100%", "x"]) {
      const run = await fit(META, [...GROUPS, "--at", at]);
      expect(run.stderr).toContain("expected an accuracy strictly between 0 and 1, such as 0.6 or 60%");
    }
    const within = metadata((checkpoint) => (checkpoint.share < 0.5 ? "low,1" : "high,2"), "source,size");
    expect((await fit(within, [...GROUPS, "--adjust", "size"])).stderr).toContain("size does not vary within groups");
    for (const option of [
      ["--at", "0.5"],
      ["--adjust", "samples"],
    ])
      expect((await fit(META, option)).stderr).toContain(
        `${option[0]} applies to lines of groups; specify groups with --group-by`,
      );
  });
});

describe("shiftline fit --line binomial", () => {
  it("reports which lines remain least squares", async () => {
    const groups = metadata(({ share }) => (share < 0.5 ? "low" : "high"), "source");
    const binomial = ["--line", "binomial"];
    const note = (names: string) =>
      `note: --line binomial applies only to the baseline's lines; lines of ${names} are least squares`;
    const byGroup = await fit(groups, [...binomial, "--group-by", "source", "--format", "markdown"]);
    expect(byGroup.status, byGroup.stderr).toBe(0);
    expect(byGroup.stderr).toContain(note("--group-by"));
    expect(byGroup.stdout).toMatch(/^Lines fitted on the logit scale, binomial; .*; lines of groups: least squares$/m);
    const lines = records(join(byGroup.out, "fits.csv")).map(({ baseline, line }) => `${baseline} ${line}`);
    expect([...new Set(lines)].sort()).toEqual(["checkpoints least-squares", "openai-clip binomial"]);
    expect((await fit(SHARES, [...binomial, ...MIXTURE])).stderr).toContain(note("--mixture"));
    const plain = await fit(groups, ["--group-by", "source", "--format", "markdown"]);
    expect(plain.stderr + plain.stdout).not.toContain("least squares");
  });
});
