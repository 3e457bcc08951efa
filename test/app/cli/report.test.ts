import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ReportData } from "../../../src/output/report/report-data.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeResults } from "../../output/make-results.ts";
import { readPage } from "../../output/report/read-page.ts";
import { cli, demo, demoRun, shiftline } from "./run-cli.ts";

describe("shiftline report", () => {
  it("writes one page with the results of evaluate, their recipes and the most confident mistakes", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "results");
    const evaluated = await shiftline(demoRun(out, "vit-open-clip", "resnet-open-clip"));
    expect(evaluated.status).toBe(0);
    const { status, stdout, stderr } = await shiftline([
      ...["report", out, "--thumbnails", "3", "--data-dir", `imagenet=${demo}`],
    ]);
    expect(status).toBe(0);
    expect(stdout).toBe(`${join(out, "report.html")}\n`);
    expect(stderr).toContain("2 checkpoints; open this file in a browser:");
    const { data, details, images, pictures } = readPage(join(out, "report.html"));
    expect(data.checkpoints).toEqual(["resnet-open-clip", "vit-open-clip"]);
    const written = JSON.parse(
      readFileSync(join(out, "vit-open-clip", "imagenet", "1000", "simple-7", "metrics.json"), "utf8"),
    );
    const result = data.results.find((entry) => entry.checkpoint === "vit-open-clip" && entry.protocol === "1000");
    expect(result).toMatchObject({ accuracy: written.metrics[0].value, low: written.metrics[0].low, n: 123 });
    expect(result?.others.map(({ metric }) => metric)).toEqual(["top5", "mean_per_class_recall"]);
    const run = details.runs.find((entry) => entry.checkpoint === "vit-open-clip" && entry.protocol === "1000");
    const recipe = new Map(run?.recipe ?? []);
    expect(recipe.get("preprocessing")).toContain("rounded half to even");
    expect(recipe.get("templates")).toMatch(/^7, SHA-256 [0-9a-f]{16}$/);
    expect(images).toMatchObject({ checkpoints: [1, 0], cuts: [], step: 1, isWhole: true });
    expect(images.sets.map(({ benchmark, protocol, n, listed }) => [benchmark, protocol, n, listed])).toEqual([
      ["imagenet", "1000", 123, 123],
    ]);
    expect(pictures.uris.length).toBeGreaterThanOrEqual(3);
    expect(pictures.sets[0]?.rows).toHaveLength(pictures.uris.length);
    for (const uri of pictures.uris) expect(uri).toMatch(/^data:image\/webp;base64,/);
    expect(readFileSync(join(out, "report.html"), "utf8")).not.toContain(folder);
  }, 120_000);

  it("writes the same bytes again, and only to the printed path", async () => {
    const results = makeResults(join(temporaryFolder(), "results"), { checkpoints: ["a", "b"], imagesPerClass: 1 });
    const before = listing(results);
    const report = join(results, "..", "page.html");
    const first = await shiftline(["report", results, "--out", report, "--json"]);
    expect(JSON.parse(first.stdout)).toMatchObject({ report, checkpoints: 2 });
    const bytes = readFileSync(report);
    const svg = readFileSync(join(results, "..", "figures", "all-shifts.svg"));
    await shiftline(["report", results, "--out", report, "--quiet"]);
    expect(readFileSync(report).equals(bytes)).toBe(true);
    expect(readFileSync(join(results, "..", "figures", "all-shifts.svg")).equals(svg)).toBe(true);
    expect(listing(results)).toEqual(before);
    expect(existsSync(join(results, "..", "figures", "imagenet-a.png"))).toBe(true);
  }, 60_000);

  it("accepts tables and published baselines as well as results", async () => {
    const out = join(temporaryFolder(), "zoo.html");
    const { status } = await shiftline(["report", "openclip", "--out", out, "--no-figures", "--quiet"]);
    expect(status).toBe(0);
    const { data } = readPage(out);
    expect(data.checkpoints).toHaveLength(118);
    expect(data.focus).toEqual({ subject: [], by: "none" });
    expect(data.baselines.map(({ id }) => id)).toEqual(["openai-clip", "imagenet-testbed", "openclip"]);
  });

  it("focuses on the user's checkpoints among published ones, or those of --highlight, with the metadata of both", async () => {
    const results = makeResults(join(temporaryFolder(), "results"), { checkpoints: ["b", "a"], imagesPerClass: 1 });
    const out = join(results, "..", "beside.html");
    writeTree(join(results, ".."), { "m.csv": "checkpoint,gflops,family\na,5,ours\nRN50/openai,7,resnet\n" });
    const metadata = ["--metadata", join(results, "..", "m.csv"), "--x", "gflops"];
    const args = ["report", "openclip", results, ...metadata, "--out", out, "--no-figures", "--quiet"];
    expect((await shiftline(args)).status).toBe(0);
    const { numbers, groupings } = readPage(out).data;
    const gflops = numbers.find(({ column }) => column === "gflops")?.numbers ?? {};
    expect(gflops).toMatchObject({ a: 5, "RN50/openai": 7 }); // the user's file has priority
    expect(Object.keys(gflops).length).toBeGreaterThan(100);
    const family = groupings.find(({ column }) => column === "family")?.groups;
    expect(family).toMatchObject({ a: "ours", "ViT-B-32/openai": "vit" });
    expect(readPage(out).data.focus).toEqual({ subject: ["a", "b"], by: "input" });
    expect((await shiftline([...args, "--highlight", "b", "--highlight", "convnext_xx*"])).status).toBe(0);
    const { focus } = readPage(out).data;
    expect(focus).toMatchObject({ by: "highlight" });
    expect(focus.subject[0]).toBe("b");
    expect(focus.subject.slice(1).every((name) => name.startsWith("convnext_xx"))).toBe(true);
    expect(focus.subject.length).toBeGreaterThan(1);
    // Lines are fitted to the user's groups only, as by fit
    const checkpointNames = ["RN50/openai", "RN101/openai", "RN50x4/openai"];
    writeTree(join(results, ".."), {
      "own.csv": `checkpoint,family\n${checkpointNames.map((name) => `${name},mine\n`).join("")}`,
    });
    const grouped = [...args, "--metadata", join(results, "..", "own.csv"), "--group-by", "family"];
    expect((await shiftline(grouped)).status).toBe(0);
    const { groups } = readPage(out).data.groupings.find(({ column }) => column === "family") ?? {};
    expect(groups).toEqual(Object.fromEntries(checkpointNames.map((name) => [name, "mine"])));
  }, 60_000);

  it("offers the columns of the metadata as groups", async () => {
    const folder = temporaryFolder();
    const results = makeResults(join(folder, "results"), {
      checkpoints: ["a", "b", "c", "d", "e", "f"],
      imagesPerClass: 1,
      benchmarks: ["imagenet", "imagenet-a"],
    });
    writeTree(folder, {
      "m.csv": `checkpoint,source,note\n${["a", "b", "c"].map((name) => `${name},x,\n`).join("")}d,y,\ne,y,\nf,y,\n`,
    });
    const args = ["report", results, "--metadata", join(folder, "m.csv"), "--group-by", "source", "--quiet"];
    expect((await shiftline(args)).status).toBe(0);
    const { data } = readPage(join(results, "report.html"));
    expect(data.groupBy).toBe("source");
    expect(data.groupings).toEqual([{ column: "source", groups: { a: "x", b: "x", c: "x", d: "y", e: "y", f: "y" } }]);
    expect(readFileSync(join(results, "figures", "imagenet-a.svg"), "utf8")).toContain("group-1");
  }, 60_000);

  it("gives the decisions of fit on groups, mixtures and scaling, with the noise of the same images", async () => {
    const checkpoints = Array.from({ length: 8 }, (_, i) => `run-${i}`);
    const benchmarks = ["imagenet", "imagenet-r"];
    const results = makeResults(join(temporaryFolder(), "results"), { checkpoints, imagesPerClass: 1, benchmarks });
    const rows = checkpoints.map((name, i) => `${name},${i < 4 ? "web" : "photos"},${i % 3 === 0 ? 1 : 0.5},${1 + i}`);
    writeTree(results, { "meta.csv": ["checkpoint,source,web,samples", ...rows, ""].join("\n") });
    const asked = ["--group-by", "source", "--scaling", "samples", "--metadata", join(results, "meta.csv"), "--quiet"];
    const out = join(results, "..", "page.html");
    expect((await shiftline(["report", results, ...asked, "--no-figures", "--out", out])).status).toBe(0);
    const fit = await shiftline(["fit", results, ...asked]);
    const { findings } = readPage(out).data;
    expect(findings?.groups?.rows.map(({ benchmark, noise }) => [benchmark, noise])).toEqual([
      ["imagenet-r", "shared-images"],
    ]);
    for (const { heading, tests } of findings?.groups?.rows ?? []) {
      expect(fit.stdout).toContain(`lines by source: ${heading}\n  ${tests}\n`);
    }
    expect(findings?.tables.map(({ title }) => title)).toEqual(["Scaling"]);
    expect(fit.stdout).toContain(findings?.tables[0]?.text);
  }, 60_000);

  it("connects training runs and draws accuracies against a numeric column", async () => {
    const folder = temporaryFolder();
    const results = makeResults(join(folder, "results"), { checkpoints: ["a-1", "a-2", "b"], imagesPerClass: 1 });
    const metadata = join(folder, "m.csv");
    writeTree(folder, { "m.csv": "checkpoint,run,step,note\na-1,a,100,x\na-2,a,20000,y\nelsewhere,a,1,z\n" });
    const args = ["report", results, "--metadata", metadata, "--join", "run", "--order", "step", "--x", "step"];
    const { status, stderr } = await shiftline(args);
    expect(status, stderr).toBe(0);
    expect(stderr.match(/not connected/g)).toHaveLength(1);
    expect(stderr).toContain(`note: no run and step in ${metadata}, so not connected: b\n`);
    expect(readPage(join(results, "report.html")).data).toMatchObject({
      numbers: [{ column: "step", numbers: { "a-1": 100, "a-2": 20_000 } }],
      x: "step",
      join: { column: "run", order: "step" },
      runs: [{ run: "a", checkpoints: ["a-1", "a-2"] }],
    });
    const figure = (name: string) => readFileSync(join(results, "figures", name), "utf8");
    expect(figure("imagenet-a.svg")).toContain('class="run"');
    expect(figure("imagenet-over-step.svg")).toContain("step (log scale)");
    expect(figure("all-shifts-over-step.svg")).not.toContain("prediction-band");
    const wrong = await shiftline(["report", results, "--metadata", metadata, "--x", "stepp"]);
    expect(wrong.stderr).toContain(`--x stepp: no such column in ${metadata}; those with numbers: step`);
  }, 60_000);

  for (const [what, args, message] of [
    ["a folder that is not there", ["no-such-folder"], /no-such-folder: no such file or folder/],
    ["an unknown baseline", ["openclip", "--baseline", "nobody"], /unknown baseline "nobody"/],
    ["images of nobody", ["openclip", "--images-of", "vit"], /no checkpoint of the report has predictions/],
    ["a column that is not there", ["openclip", "--group-by", "color"], /--group-by color: no such column/],
    [
      "a pattern that matches nothing",
      ["openclip", "--highlight", "convnext_larg_d"],
      /--highlight convnext_larg_d: no checkpoint matches this pattern; did you mean convnext_large_d/,
    ],
    [
      "trainings without an order",
      ["openclip", "--join", "family"],
      /--join family requires --order with the numeric column that orders/,
    ],
    ["another name among those of --results", ["openclip", "--results", "x"], /x: no such file or folder/],
  ] as const) {
    it(`says what to do about ${what}`, async () => {
      const { status, stderr } = await shiftline(["report", ...args, "--out", join(temporaryFolder(), "r.html")]);
      expect(stderr).toMatch(message);
      expect(status).toBe(1);
    });
  }

  it("keeps pictures and page below --budget, and reports what is omitted", async () => {
    const out = join(temporaryFolder(), "results");
    expect((await shiftline(demoRun(out, "vit-open-clip"))).status).toBe(0);
    const args = ["report", out, "--thumbnails", "200", "--data-dir", `imagenet=${demo}`, "--no-figures"];
    const all = await shiftline(args);
    expect(all.status).toBe(0);
    const whole = readPage(join(out, "report.html"));
    expect(whole.pictures.uris).toHaveLength(123);
    // A different image under the same path is not shown
    const predictions = join(out, "vit-open-clip", "imagenet", "1000", "simple-7", "predictions.csv");
    const text = readFileSync(predictions, "utf8");
    writeFileSync(predictions, text.replace(/[0-9a-f]{32}$/m, "0".repeat(32)));
    expect((await shiftline(args)).stderr).toContain(
      "no pictures of 1 image: not available, not readable, or changed since",
    );
    expect(readPage(join(out, "report.html")).pictures.uris).toHaveLength(122);
    writeFileSync(predictions, text);
    const some = await shiftline([...args, "--budget", "3,0.05"]);
    expect(some.stderr).toMatch(/note: pictures of \d+ of 123 images: pictures are limited to 0\.1 MB of a report/);
    const { pictures, images } = readPage(join(out, "report.html"));
    const bytes = pictures.uris.reduce((sum, uri) => sum + uri.length, 0);
    expect(bytes).toBeLessThan(50_000);
    expect(bytes).toBeGreaterThan(25_000);
    expect(images).toEqual(whole.images);
    const none = await shiftline([...args.slice(0, 2), "--no-figures", "--budget", "0.1"]);
    expect(none.status).toBe(0);
    expect(none.stderr).toContain("alone take");
    expect(none.stderr).toContain("Single images of no checkpoint are in this page");
    expect(none.stderr).toContain("classes and pairs left out to keep the page small");
    const { details, ...cut } = readPage(join(out, "report.html"));
    expect([details.sets, cut.images.sets, cut.blocks]).toEqual([[], [], []]);
    expect(cut.data.results).toEqual(whole.data.results);
    const bad = await shiftline([...args.slice(0, 2), "--budget", "3,2,1"]);
    expect(bad.status).toBe(2);
    const nobody = await shiftline([...args.slice(0, 2), "--images-of", "nobody"]);
    expect(nobody.stderr).toContain("--images-of nobody: no checkpoint with predictions");
    expect(nobody.status).toBe(1);
  }, 60_000);

  it("asks for the images if thumbnails are requested, and names a damaged result", async () => {
    const results = makeResults(join(temporaryFolder(), "results"), { checkpoints: ["a"], imagesPerClass: 1 });
    const asked = await shiftline(["report", results, "--thumbnails", "2"]);
    expect(asked.status).toBe(1);
    expect(asked.stderr).toContain("--thumbnails needs the images: specify their folders with --data ROOT");
    const path = join("a", "imagenet-r", "200", "openai-80", "predictions.csv");
    const text = readFileSync(join(results, path), "utf8");
    writeTree(results, { [path]: text.split("\n").slice(0, -5).join("\n") });
    const damaged = await shiftline(["report", results]);
    expect(damaged.status).toBe(1);
    expect(damaged.stderr).toMatch(/predictions\.csv: (?:row|\d+ of)/);
  });

  it("renders again when results arrive, and leaves a final page when it is stopped", async () => {
    const results = makeResults(join(temporaryFolder(), "results"), { checkpoints: ["a"], imagesPerClass: 1 });
    const child = spawn(process.execPath, [cli, "report", results, "--watch", "--no-figures"]);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const report = join(results, "report.html");
    try {
      await until(() => existsSync(report));
      expect(readPage(report).data).toMatchObject({ checkpoints: ["a"], reloadSeconds: 5 });
      makeResults(results, { checkpoints: ["a", "b"], imagesPerClass: 1 });
      await until(() => readPage(report).data.checkpoints.length === 2);
    } finally {
      child.kill("SIGINT");
    }
    expect(await ended).toBe(130);
    expect(readPage(report).data).toMatchObject({ checkpoints: ["a", "b"], reloadSeconds: null });
  }, 60_000);
});

describe("a report of a running evaluation", () => {
  it("shows its progress, and its results as soon as they exist", async () => {
    const out = join(temporaryFolder(), "results");
    mkdirSync(out);
    const report = join(out, "report.html");
    const watching = spawn(process.execPath, [cli, "report", out, "--watch", "--no-figures", "--quiet"]);
    const ended = new Promise<number | null>((resolve) => watching.on("close", resolve));
    const seen: ReportData["progress"][number][] = [];
    const looking = setInterval(() => {
      if (existsSync(report)) seen.push(...readPage(report).data.progress);
    }, 100);
    try {
      await until(() => existsSync(report));
      expect(readPage(report).data).toMatchObject({ checkpoints: [], progress: [] });
      const args = demoRun(out, "vit-open-clip").map((word) => (word === "simple-7" ? "openai-80" : word));
      const evaluated = await shiftline(args); // 80 templates take some seconds
      expect(evaluated.status).toBe(0);
      await until(() => readPage(report).data.checkpoints.length === 1 && readPage(report).data.progress.length === 0);
    } finally {
      clearInterval(looking);
      watching.kill("SIGTERM");
    }
    expect(await ended).toBe(143);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen[0]).toMatchObject({ checkpoints: ["vit-open-clip"] });
    expect(seen.every(({ done, total }) => done <= total)).toBe(true);
  }, 120_000);
});

function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => `${path} ${statSync(join(folder, path)).mtimeMs}`)
    .sort();
}

async function until(condition: () => boolean): Promise<void> {
  const begun = performance.now();
  while (!condition()) {
    if (performance.now() - begun > 30_000) throw new Error("it did not come about within 30 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
