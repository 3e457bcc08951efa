import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeNoResults } from "../../../src/app/cli/describe-folder.ts";
import { claimOutputs, type Outputs } from "../../../src/app/cli/made-from.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeResults } from "../../output/make-results.ts";
import { shiftline } from "./run-cli.ts";

const results = (folder: string, ...checkpoints: string[]) =>
  makeResults(join(folder, "results"), { checkpoints, imagesPerClass: 1 });

/** Every file below a folder with its content. */
function content(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = paths.filter((path) => statSync(join(folder, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, path), "latin1")]));
}

describe("a command's outputs", () => {
  it("go into the results folder given, also with more results, other options and without the record", async () => {
    const folder = temporaryFolder();
    const out = results(folder, "a");
    for (const args of [
      ["fit", out],
      ["report", out],
    ])
      expect((await shiftline(args)).status).toBe(0);
    const record = readFileSync(join(out, ".made-from.json"), "utf8");
    results(folder, "a", "b");
    const again = [
      ["fit", out, "--scale", "probit"],
      ["report", out, "--title", "Another"],
      ["fit", `${out}/../results/`, "--out", out],
    ];
    for (const args of again) expect((await shiftline(args)).stderr).not.toMatch(/not replaced/);
    expect(readFileSync(join(out, "robustness.csv"), "utf8")).toContain("\nb,");
    expect(readFileSync(join(out, ".made-from.json"), "utf8")).toBe(record);
    rmSync(join(out, ".made-from.json"));
    expect((await shiftline(["fit", out])).status).toBe(0);
    expect((await shiftline(["report", out])).status).toBe(0);
    expect(readFileSync(join(out, ".made-from.json"), "utf8")).toBe(record);
  }, 120_000);

  it("of published rows, CSV files and several folders go only to --out, and never overwrite others", async () => {
    const folder = temporaryFolder();
    const out = results(folder, "a");
    const second = makeResults(join(folder, "second"), { checkpoints: ["b"], imagesPerClass: 1 });
    for (const args of [
      ["fit", out],
      ["report", out],
    ])
      expect((await shiftline(args)).status).toBe(0);
    writeTree(folder, { "tables/mine.csv": "model,benchmark,accuracy\nm,imagenet,0.7\nm,imagenet-v2,0.6\n" });
    const before = content(folder);
    for (const inputs of [
      ["openclip"],
      [out, "openclip"],
      [out, second],
      [join(folder, "tables", "mine.csv")],
      [join(folder, "tables")],
    ]) {
      const options = { cwd: folder };
      const fit = await shiftline(["fit", ...inputs], options);
      expect(fit.status, fit.stderr).toBe(0);
      expect(fit.stdout).toContain("Baseline openai-clip");
      expect(fit.stderr).toContain(
        "nothing was written, because the input is not a single results folder; specify a folder with --out",
      );
      const report = await shiftline(["report", ...inputs], options);
      expect(report.stderr).toMatch(
        /: not a single results folder to write the report into; specify a file or folder with --out/,
      );
      expect([report.status, report.stdout]).toEqual([1, ""]);
      for (const command of ["fit", "report"]) {
        const over = await shiftline([command, ...inputs, "--out", out], options);
        expect(over.stderr).toMatch(
          /made from the results in this folder, but would now be made from .*not overwritten.*--out/,
        );
        expect([over.status, over.stdout]).toEqual([1, ""]);
      }
    }
    expect(content(folder)).toEqual(before);
  }, 240_000);

  it("made from one input are not replaced by those of another", async () => {
    const folder = temporaryFolder();
    const [first, second] = ["first", "second"].map((name) => results(join(folder, name), "a")) as [string, string];
    const out = join(folder, "out");
    expect((await shiftline(["fit", first, "--out", out])).status).toBe(0);
    expect((await shiftline(["report", first, "--out", join(out, "page.html"), "--no-figures"])).status).toBe(0);
    const before = content(out);
    expect(Object.keys(before)).toEqual([
      ".made-from.json",
      "fits.csv",
      "influence.csv",
      "page.html",
      "robustness.csv",
    ]);
    const fit = await shiftline(["fit", second, "--out", out]);
    expect(fit.stderr).toMatch(
      /fits\.csv: was made from \.\.\/first\/results, but would now be made from \.\.\/second\/results;/,
    );
    const report = await shiftline(["report", second, "--out", join(out, "page.html"), "--no-figures"]);
    expect(report.stderr).toMatch(/page\.html: was made from \.\.\/first\/results/);
    expect([fit.status, report.status]).toEqual([1, 1]);
    expect(content(out)).toEqual(before);
    // inputs that moved together are the same
    renameSync(folder, `${folder}-moved`);
    try {
      const moved = await shiftline([
        "fit",
        join(`${folder}-moved`, "first", "results"),
        "--out",
        join(`${folder}-moved`, "out"),
      ]);
      expect(moved.status, moved.stderr).toBe(0);
    } finally {
      renameSync(`${folder}-moved`, folder);
    }
  }, 60_000);

  it("go to a single file if the path has the extension of the output", async () => {
    const folder = temporaryFolder();
    const out = results(folder, "a");
    const run = (...args: string[]) => shiftline([...args, "--quiet"]);
    expect((await run("fit", out, "--out", join(folder, "x", "lines.csv"))).status).toBe(0);
    expect((await run("fit", out, "--out", join(folder, "x", "fits.csv"))).status).toBe(0);
    expect(readFileSync(join(folder, "x", "lines.csv"), "utf8")).toMatch(/^checkpoint,benchmark/);
    expect(readFileSync(join(folder, "x", "fits.csv"), "utf8")).toMatch(/^baseline,group/);
    expect(readdirSync(join(folder, "x"))).toHaveLength(3);
    const page = await shiftline(["report", out, "--out", join(folder, "y"), "--no-figures"]);
    expect(page.stdout).toBe(`${join(folder, "y", "report.html")}\n`);
    writeFileSync(join(folder, "note.txt"), "mine");
    const refused = await shiftline(["report", out, "--out", join(folder, "note.txt")]);
    expect(refused.stderr).toMatch(
      /note\.txt: a file of this name exists; specify a folder, or a file with the extension \.html/,
    );
    expect(readFileSync(join(folder, "note.txt"), "utf8")).toBe("mine");
  }, 60_000);
});

describe("claimOutputs", () => {
  const fit = (folder: string, inputs: readonly string[]): Outputs => ({
    ...{ command: "fit", folder, inputs },
    files: [{ name: "fits.csv", header: "baseline,group" }],
  });
  const report = (folder: string): Outputs => ({
    ...{ command: "report", folder, inputs: [folder] },
    files: [{ name: "report.html" }, { name: "figures/a.svg" }, { name: "figures/a.png" }],
  });
  const ours = {
    "report.html": '<!doctype html><meta name="generator" content="Shiftline 0.1.0">',
    "figures/a.svg": '<svg class="scatter-panel">',
    "figures/a.png": "\u0089PNG",
  };

  it.each([
    ["fits.csv", "model,slope\n"],
    ["report.html", "<html>my own page</html>"],
    ["figures/a.svg", "<svg><path/></svg>"],
  ])("keeps the user's %s, with a record or without", async (name, text) => {
    const outputs = (folder: string) => (name === "fits.csv" ? fit(folder, [folder]) : report(folder));
    const folder = writeTree(temporaryFolder(), { [name]: text });
    await expect(claimOutputs(outputs(folder))).rejects.toThrow(
      /was not written by shiftline \w+; it is not overwritten/,
    );
    rmSync(join(folder, name));
    await claimOutputs(outputs(folder));
    writeTree(folder, { [name]: text });
    await expect(claimOutputs(outputs(folder))).rejects.toThrow(/was not written by shiftline/);
    expect(readFileSync(join(folder, name), "utf8")).toBe(text);
  });

  it("replaces a recorded table of an earlier version, which had fewer columns", async () => {
    const folder = writeTree(temporaryFolder(), { "fits.csv": "baseline\nb\n" });
    await expect(claimOutputs(fit(folder, [folder]))).rejects.toThrow(/was not written by shiftline fit/);
    rmSync(join(folder, "fits.csv"));
    await claimOutputs(fit(folder, [folder]));
    writeTree(folder, { "fits.csv": "baseline\nb\n" });
    await claimOutputs(fit(folder, [folder]));
  });

  it("recognizes a PNG of ours by the record, or by the SVG next to it", async () => {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(ours)) writeTree(folder, { [name]: Buffer.from(text, "latin1") });
    await claimOutputs(report(folder));
    rmSync(join(folder, "figures", "a.svg"));
    await claimOutputs(report(folder));
    rmSync(join(folder, ".made-from.json"));
    await expect(claimOutputs(report(folder))).rejects.toThrow(/a\.png: was not written by shiftline report/);
  });

  it("does not guess what files were made from, and does not read an invalid record", async () => {
    const folder = writeTree(temporaryFolder(), { "fits.csv": "baseline,group\n" });
    await expect(claimOutputs(fit(folder, ["openclip"]))).rejects.toThrow(/fits\.csv: its inputs are unknown/);
    expect(existsSync(join(folder, ".made-from.json"))).toBe(false);
    writeTree(folder, { ".made-from.json": '{"schema":1,"files":{"fits.csv":["."],"fits.csv":["x"]}}' });
    await expect(claimOutputs(fit(folder, [folder]))).rejects.toThrow(
      /a key appears twice.*remove it only together with them/,
    );
  });
});

describe("a folder without results", () => {
  it.each([
    [
      "a checkpoint",
      { "visual.onnx": "", "training.csv": "step,loss\n1,2\n" },
      /training\.csv: expected the columns .*it looks like a checkpoint.*visual\.onnx/,
    ],
    ["a folder of images", { "n01/a.JPEG": "" }, /it looks like a folder of images.*n01\/a\.JPEG/],
    ["a store", { "images/1/part-00000.npy": "" }, /it looks like a store of embeddings/],
    ["something else", { "notes.txt": "" }, /found none; it contains notes\.txt/],
  ])("is refused as %s by fit and report, and nothing is written into it", async (_, files, message) => {
    const folder = writeTree(temporaryFolder(), files);
    const before = content(folder);
    for (const command of ["fit", "report"]) {
      const run = await shiftline([command, folder]);
      expect(run.stderr).toMatch(message);
      expect([run.status, run.stdout]).toEqual([1, ""]);
    }
    expect(content(folder)).toEqual(before);
  });

  it("points to results above or below it", async () => {
    const folder = temporaryFolder();
    const out = results(folder, "a");
    expect(await describeNoResults(join(out, "a", "imagenet"))).toContain(`the results folder is above: ${out}`);
    expect(await describeNoResults(folder)).toContain(`the results folder is below: ${out}`);
    const refused = await shiftline(["report", folder]);
    expect(refused.stderr).toContain(`the results folder is below: ${out}`);
    mkdirSync(join(folder, "empty"));
    expect(await describeNoResults(join(folder, "empty"))).toMatch(/found none$/);
  });
});
