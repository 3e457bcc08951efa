import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { checkpoints, demo, demoRun, shiftline } from "../../app/cli/run-cli.ts";
import { temporaryFolder } from "../../helpers.ts";
import { expectEqualPredictions, type Row, readCsv } from "./expected-predictions.ts";

/** The same for weights of float16 and int8, whose kernels differ between processors: measured from 2e-6 to 1.3e-5. */
const COARSE_TOLERANCE = 5e-5;

/** SHA-256 over the lines `<SHA-256 of the file>` of the images of a predictions.csv below a folder, in its order. */
function contentSha256(data: string, predictions: string): string {
  const rows: Row[] = parse(predictions, { columns: true });
  const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");
  return sha256(rows.map(({ image }) => `${sha256(readFileSync(join(data, image as string)))}\n`).join(""));
}

const predictionsOf = (out: string, checkpoint: string, templates: string) =>
  join(out, checkpoint, "imagenet", "1000", templates, "predictions.csv");

describe("evaluate against open_clip and transformers on the same weights and images", () => {
  const summary = JSON.parse(readFileSync(join(checkpoints, "summary.json"), "utf8")) as Record<
    string,
    { templates: string; top1_correct: number; top5_correct: number }
  >;
  /** `<name>[.<variant>|.simple-7].expected.csv` */
  const expectations = readdirSync(checkpoints)
    .filter((file) => file.endsWith(".expected.csv"))
    .map((file) => {
      const id = file.replace(".expected.csv", "");
      const [name = "", more] = id.split(".");
      return { id, name, variant: more === "simple-7" ? undefined : more, templates: summary[id]?.templates };
    });
  const simple = expectations.filter(({ templates }) => templates === "simple-7");

  function expectResult(out: string, id: string, checkpoint: string, templates: string, tolerance?: number): void {
    const predictions = predictionsOf(out, checkpoint, templates);
    const expected = readCsv(join(checkpoints, `${id}.expected.csv`));
    expectEqualPredictions(readCsv(predictions), expected, tolerance);
    const { metrics } = JSON.parse(readFileSync(predictions.replace("predictions.csv", "metrics.json"), "utf8"));
    const correct = metrics.map((metric: { correct: number | null }) => metric.correct);
    expect(correct).toEqual([summary[id]?.top1_correct, summary[id]?.top5_correct, null]);
  }

  it("gives every fixture checkpoint's predictions, place by place, all in one command", async () => {
    const plain = simple.filter(({ variant }) => variant === undefined);
    expect(plain.length).toBeGreaterThanOrEqual(9);
    const out = join(temporaryFolder(), "results");
    const { status, stderr } = await shiftline(demoRun(out, ...plain.map(({ name }) => name)));
    expect(stderr).not.toMatch(/defect/);
    expect(status).toBe(0);
    for (const { id, name } of plain) expectResult(out, id, name, "simple-7");
  }, 180_000);

  it("gives those of the half-precision and the quantized variant", async () => {
    const variants = simple.filter(({ variant }) => variant !== undefined);
    expect(variants.map(({ variant }) => variant)).toEqual(["fp16", "quantized"]);
    for (const { id, name, variant } of variants) {
      const out = join(temporaryFolder(), "results");
      expect((await shiftline([...demoRun(out, name), "--variant", variant as string])).status).toBe(0);
      expectResult(out, id, name, "simple-7", COARSE_TOLERANCE);
    }
  }, 180_000);

  it("gives them with the eighty templates, one checkpoint at a time", async () => {
    const out = join(temporaryFolder(), "results");
    for (const name of ["vit-open-clip", "hf-split"]) {
      const args = demoRun(out, name).map((arg) => (arg === "simple-7" ? "openai-80" : arg));
      expect((await shiftline(args)).status).toBe(0);
      expectResult(out, name, name, "openai-80");
    }
  }, 180_000);
});

describe("what evaluate writes", () => {
  it("are the documented files, with the same bytes for any batch, part size, threads and other checkpoints", async () => {
    const alone = join(temporaryFolder(), "results");
    const together = join(temporaryFolder(), "results");
    expect((await shiftline(demoRun(alone, "vit-open-clip"))).status).toBe(0);
    const options = ["--batch-size", "7", "--part-size", "20", "--threads", "1"];
    expect((await shiftline([...demoRun(together, "hf-split", "vit-open-clip"), ...options])).status).toBe(0);
    const read = (out: string, file: string) =>
      readFileSync(join(out, "vit-open-clip", "imagenet", "1000", "simple-7", file), "utf8");
    const metrics = JSON.parse(read(alone, "metrics.json"));
    expect(JSON.parse(read(together, "metrics.json"))).toEqual(metrics);
    // The last digit of a cosine may differ with the batch; the ranking may not
    const ranks = (text: string) =>
      (parse(text, { columns: true }) as Row[]).map((row) => [row.image, row.label, row.top1, row.top5]);
    expect(ranks(read(together, "predictions.csv"))).toEqual(ranks(read(alone, "predictions.csv")));
    const accuracies = readCsv(join(together, "accuracies.csv")).filter((row) => row.protocol === "1000");
    expect(accuracies.map((row) => `${row.checkpoint} ${row.metric}`)).toEqual([
      ...["hf-split top1", "hf-split top5", "hf-split mean_per_class_recall"],
      ...["vit-open-clip top1", "vit-open-clip top5", "vit-open-clip mean_per_class_recall"],
    ]);
    expect(accuracies[0]).toMatchObject({
      protocol: "1000",
      class_names: "imagenet-openai",
      n: "123",
      expected_n: "50000",
    });
    const run = JSON.parse(read(together, "run.json"));
    const names: Row[] = parse(read(together, "classes.csv"), { columns: true });
    const labels = new Set(
      (parse(read(together, "predictions.csv"), { columns: true }) as Row[]).map((row) => row.label),
    );
    expect(names[0]).toEqual({ label: "0", class_name: "tench" });
    expect(names.filter(({ label }) => labels.has(label))).toHaveLength(labels.size);
    expect(run).toMatchObject({
      schema: 1,
      checkpoint: { layout: "open_clip" },
      images: { n: 123, expected: 50000, skipped: [], layout: "class-folders" },
      runtime: { provider: "cpu", precision: "float32", threads: 1 },
      threads: 1,
      batch_size: 7,
      execution_provider: "cpu",
      images_embedded: 123,
    });
    expect(run.recipe.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(run.recipe).toMatchObject({ provider: "cpu", precision: "float32" });
  }, 120_000);

  it("come from the store the second time, without images, and name their content; other templates need no image either", async () => {
    const folder = temporaryFolder();
    const out = join(folder, "results");
    const data = join(folder, "val");
    cpSync(demo, data, { recursive: true, preserveTimestamps: true });
    const args = demoRun(out, "vit-open-clip").map((arg) => (arg.startsWith("imagenet=") ? `imagenet=${data}` : arg));
    expect((await shiftline(args)).status).toBe(0);
    const folderOf = join(out, "vit-open-clip", "imagenet", "1000");
    const before = readFileSync(join(folderOf, "simple-7", "predictions.csv"), "utf8");
    rmSync(join(folderOf, "simple-7"), { recursive: true });
    const again = await shiftline([...args, "--templates", "single-1"]);
    expect(again.stderr).not.toMatch(/images \d/);
    expect(again.status).toBe(0);
    expect(readFileSync(join(folderOf, "simple-7", "predictions.csv"), "utf8")).toBe(before);
    for (const templates of ["simple-7", "single-1"]) {
      const run = JSON.parse(readFileSync(join(folderOf, templates, "run.json"), "utf8"));
      expect(run.images_embedded).toBe(0);
      expect(run.images.content_sha256).toBe(contentSha256(data, before));
    }
  }, 120_000);

  it("are not started by a dry run, which prints images, bytes and time", async () => {
    const out = join(temporaryFolder(), "results");
    const { status, stdout } = await shiftline([...demoRun(out, "vit-open-clip"), "--dry-run", "--json"]);
    expect(status).toBe(0);
    const plan = JSON.parse(stdout);
    expect(plan.rows).toMatchObject([
      { checkpoint: "vit-open-clip", benchmark: "imagenet", images: 123, imagesToEmbed: 123 },
    ]);
    expect(plan.rows[0].bytes).toBeGreaterThan(100_000);
    expect(plan.prompts[0].promptsToEmbed).toBe(998 * 7);
    expect(plan.seconds).toBeGreaterThan(0);
    expect(existsSync(out)).toBe(false);
  }, 60_000);
});
