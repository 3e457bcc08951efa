import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { boundByPermissions } from "../../permissions.ts";
import { lacksPermissions } from "../../system.ts";
import {
  type CliResult,
  checkpoints,
  cli,
  demo,
  demoRun,
  quickRun,
  runProcess,
  shiftline,
  shiftlineProcess,
} from "./run-cli.ts";

/** Fails for a reason the user can fix: status 1, one message, no stack. */
function expectInputError(result: CliResult, message: RegExp): void {
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/ {4}at |defect/);
  expect(result.stdout).toBe("");
  expect(result.status).toBe(1);
}

function copyOf(source: string): string {
  const folder = join(temporaryFolder(), "copy");
  cpSync(source, folder, { recursive: true });
  return folder;
}

const withData = (args: string[], data: string) =>
  args.map((arg) => (arg.startsWith("imagenet=") ? `imagenet=${data}` : arg));
const aClass = "n01514668";

describe("evaluate with bad input", () => {
  const out = () => join(temporaryFolder(), "results");

  it("names an unknown template set, a template without {} and unknown class names", async () => {
    const folder = writeTree(temporaryFolder(), { "bad.txt": "a photo of a thing\n" });
    const run = (...more: string[]) => shiftline([...quickRun(out(), "vit-open-clip"), ...more]);
    expectInputError(await run("--templates", "openai-81"), /unknown template set "openai-81"; known: openai-80/);
    expectInputError(
      await run("--templates", join(folder, "bad.txt")),
      /bad\.txt: expected exactly one \{\} in a template, found 0/,
    );
    expectInputError(await run("--class-names", "other"), /unknown class-name list "other"; known: imagenet-openai/);
    expectInputError(await run("--benchmark", "imagenet-c"), /unknown benchmark "imagenet-c"; known: imagenet/);
  });

  it("names a checkpoint that is missing, truncated, without one encoder, or of two widths", async () => {
    const run = (path: string) =>
      shiftline(["evaluate", path, "--data-dir", `imagenet=${demo}`, "--allow-incomplete", "--out", out()]);
    expectInputError(await run("/nowhere/clip"), /\/nowhere\/clip: .*no such/);
    const torn = copyOf(join(checkpoints, "vit-open-clip"));
    truncateSync(join(torn, "visual.onnx"), 5000);
    expectInputError(await run(torn), /visual\.onnx: /);
    expectInputError(await run(join(checkpoints, "vit-open-clip", "textual.onnx")), /textual\.onnx: /);
    expectInputError(
      await run(join(checkpoints, "different-width")),
      /image embeddings have \d+ numbers, text embeddings \d+/,
    );
    const noData = copyOf(join(checkpoints, "external-data"));
    rmSync(join(noData, "visual.onnx.data"));
    expectInputError(await run(noData), /visual\.onnx\.data/);
  });

  it("names an empty folder, an unknown class folder and a wrong number of images", async () => {
    const empty = temporaryFolder();
    const run = (data: string, ...more: string[]) =>
      shiftline([...withData(quickRun(out(), "vit-open-clip"), data), ...more]);
    expectInputError(await run(empty), /no images of imagenet here/);
    const unknown = writeTree(temporaryFolder(), { "n01440764/a.jpg": "x", "n00000001/b.jpg": "x" });
    expectInputError(await run(unknown), /n00000001: contains images, but its name is not the wnid/);
    const args = withData(quickRun(out(), "vit-open-clip"), demo).filter((arg) => arg !== "--allow-incomplete");
    expectInputError(await shiftline(args), /imagenet has 50000 images, found 123; 933 of its classes have none/);
  });

  it("stops at an unreadable image by name, or counts it with --skip-unreadable", async () => {
    const data = copyOf(demo);
    const broken = ["torn.jpg", "empty.png", "text.jpg"].map((name) => join(data, aClass, name));
    writeFileSync(broken[0]!, readFileSync(join(demo, aClass, "rooster-noto.JPEG")).subarray(0, 900));
    writeFileSync(broken[1]!, "");
    writeFileSync(broken[2]!, "this is not an image");
    const results = out();
    const args = withData(quickRun(results, "vit-open-clip"), data);
    expectInputError(await shiftline(args), /n01514668\/(empty\.png|text\.jpg|torn\.jpg): .*--skip-unreadable/);
    expect(existsSync(results)).toBe(false);
    const { status, stdout } = await shiftline([...args, "--skip-unreadable"]);
    expect(status).toBe(0);
    expect(stdout).toContain("° IN: 123 of 50,000 images");
    const run = JSON.parse(readFileSync(join(results, "vit-open-clip/imagenet/1000/single-1/run.json"), "utf8"));
    expect(run.images.n).toBe(123);
    expect(run.images.skipped.map((skip: { image: string }) => skip.image).sort()).toEqual([
      ...[`${aClass}/empty.png`, `${aClass}/text.jpg`, `${aClass}/torn.jpg`],
    ]);
    // Skipped images do not count as scored when skipping is no longer allowed
    expectInputError(await shiftline(args), /--skip-unreadable/);
  }, 60_000);

  it("scores nothing when no image can be read", async () => {
    const data = writeTree(temporaryFolder(), { [`${aClass}/a.jpg`]: "no image", [`${aClass}/b.jpg`]: "" });
    const results = out();
    const args = [...withData(quickRun(results, "vit-open-clip"), data), "--skip-unreadable"];
    expectInputError(await shiftline(args), /no readable images to score/);
    expect(existsSync(join(results, "accuracies.csv"))).toBe(false);
  });

  it("does not mix checkpoints of the same name", async () => {
    const results = out();
    expect((await shiftline(quickRun(results, "vit-open-clip"))).status).toBe(0);
    const before = readFileSync(join(results, "accuracies.csv"), "utf8");
    const sameName = ["--name", `vit-open-clip=${join(checkpoints, "hf-split")}`];
    expectInputError(
      await shiftline([...quickRun(results, "hf-split"), ...sameName]),
      /another checkpoint of the same name.*--name/,
    );
    expect(readFileSync(join(results, "accuracies.csv"), "utf8")).toBe(before);
    const twice = await shiftline([...quickRun(out(), "hf-split", "vit-open-clip"), ...sameName]);
    expectInputError(twice, /would both be named "vit-open-clip"/);
  }, 60_000);

  it("does not let a smaller sample replace a larger run", async () => {
    const results = out();
    expect((await shiftline([...quickRun(results, "vit-open-clip"), "--limit", "20"])).status).toBe(0);
    expect((await shiftline(quickRun(results, "vit-open-clip"))).status).toBe(0);
    const again = await shiftline([...quickRun(results, "vit-open-clip"), "--limit", "20"]);
    expectInputError(
      again,
      /contains a result made with different settings \(another manifest\); it is not overwritten/,
    );
  }, 60_000);

  it.skipIf(lacksPermissions)("reports a missing permission to write or to read", async () => {
    const results = out();
    const blocked = writeTree(temporaryFolder(), { file: "" });
    expectInputError(
      await shiftline(quickRun(join(blocked, "file", "results"), "vit-open-clip")),
      /a part of this path is a file/,
    );
    const data = copyOf(demo);
    chmodSync(join(data, aClass, "rooster-noto.JPEG"), 0);
    const command = [process.execPath, cli, ...withData(quickRun(results, "vit-open-clip"), data)];
    expectInputError(await runProcess(boundByPermissions(command)), /no permission to read it/);
  });

  it("distinguishes wrong usage from wrong input, and refuses an unknown command", async () => {
    expect((await shiftline(["evaluate"])).status).toBe(2);
    expect((await shiftline(["evaluate", "x", "--limit", "0"])).status).toBe(2);
    expect((await shiftlineProcess(["frobnicate"])).status).toBe(2);
    expect((await shiftline(["evaluate", "x", "--data-dir", "imagenet"])).status).toBe(2);
    expectInputError(
      await shiftlineProcess(["evaluate", join(checkpoints, "vit-open-clip")]),
      /no images: .*--data ROOT/,
    );
    expect((await shiftline(["--help"])).status).toBe(0);
    expect((await shiftline(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("evaluate that is stopped", () => {
  it("keeps complete parts, prints how to resume, and ends like an uninterrupted run", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "results");
    const args = [...demoRun(out, "vit-open-clip"), "--part-size", "8", "--batch-size", "4"];
    const whole = join(temporaryFolder(), "results");
    expect((await shiftline([...args.map((arg) => (arg === out ? whole : arg))])).status).toBe(0);

    const stopped = await shiftlineProcess(args, {
      killAt: (text) => (/prompts \d/.test(text) ? "SIGINT" : undefined),
    });
    expect(stopped.stderr).toMatch(/run the same command again to continue/);
    expect(stopped.status).toBe(130);
    const terminated = await shiftlineProcess(args, {
      killAt: (text) => (/prompts \d|images \d/.test(text) ? "SIGTERM" : undefined),
    });
    expect([0, 143]).toContain(terminated.status);
    expect((await shiftline(args)).status).toBe(0);
    const predictions = "vit-open-clip/imagenet/1000/simple-7/predictions.csv";
    expect(readFileSync(join(out, predictions), "utf8")).toBe(readFileSync(join(whole, predictions), "utf8"));
  }, 90_000);

  it("remakes a damaged part and names it", async () => {
    const folder = temporaryFolder();
    const args = [...quickRun(join(folder, "results"), "vit-open-clip"), "--part-size", "50"];
    expect((await shiftline(args)).status).toBe(0);
    const store = join(folder, ".shiftline", "store");
    const entries = JSON.parse((await shiftline(["list", "store", "--store", store, "--json"])).stdout);
    const images = entries.find((entry: { kind: string }) => entry.kind === "images");
    expect(images).toMatchObject({ checkpoint: "vit-open-clip", benchmark: "imagenet", images: 123 });
    const part = join(
      images.folder,
      readdirSync(images.folder).find((name) => /^part-00001-.*npy$/.test(name)) as string,
    );
    truncateSync(part, statSync(part).size - 1);
    const again = await shiftline(args);
    expect(again.stderr).toMatch(/part-00001-[0-9a-f]{8}\.npy: checksum mismatch; this part is made again/);
    expect(again.stderr).toMatch(/images 50\/50/);
    expect(again.status).toBe(0);
  }, 60_000);
});

describe("inspect", () => {
  it("describes a checkpoint, with its checks", async () => {
    const { status, stdout } = await shiftline(["inspect", join(checkpoints, "vit-open-clip")]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/layout +open_clip/);
    expect(stdout).toMatch(/^ok/m);
    expect(stdout).not.toMatch(/FAILED/);
  });

  it("exits with status 1 if the export is broken", async () => {
    const { status, stdout } = await shiftline(["inspect", join(checkpoints, "wrong-eot"), "--json"]);
    expect(status).toBe(1);
    const { checks } = JSON.parse(stdout);
    expect(checks.filter((check: { status: string }) => check.status === "failed").length).toBeGreaterThan(0);
  });
});

describe("list", () => {
  it("lists benchmarks, template sets and class names", async () => {
    for (const [what, id] of [
      ["benchmarks", "imagenet"],
      ["templates", "openai-80"],
      ["class-names", "imagenet-openai"],
    ] as const) {
      const { status, stdout } = await shiftline(["list", what]);
      expect(status).toBe(0);
      expect(stdout).toContain(id);
      expect(JSON.parse((await shiftline(["list", what, "--json"])).stdout).length).toBeGreaterThan(0);
    }
    mkdirSync(join(temporaryFolder(), "empty"));
    expect((await shiftline(["list", "toString"])).status).toBe(2);
  });
});
