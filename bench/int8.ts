/**
 * The effect of dynamic int8 on results: flips of top-1, change in accuracy, change in effective robustness, each with a paired
 * interval, from `evaluate --variant`, `compare` and `fit`. `peers --int8` measures its speed.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- int8 [--write] [--models DIR]
 *
 * It uses the tests' tiny ViT on the tests' small copies of all sets and, if SHIFTLINE_SAMPLES contains it, the ResNet trained on
 * photos on 100 of those photos (its convolutions stay float32). The images are few, so the intervals are wide.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "csv-parse/sync";
import { binomialInterval } from "../src/foundation/statistics/binomial-interval.ts";
import { ROOT, runChild } from "./_child.ts";
import { findImages } from "./_images.ts";
import { type Int8Measured, type Int8Row, int8Table } from "./_int8-table.ts";
import { describeSetting, writeMeasured } from "./_measured.ts";
import { modelsFolder, photosClip, tinyViT } from "./_models.ts";
import { type Change, robustnessChange } from "./_paired-robustness.ts";
import { NO_SAMPLES } from "./_samples.ts";
import { makeScratch } from "./_scratch.ts";

const TEMPLATES = "simple-7";
const DATA = join(ROOT, "test", "fixtures", "sketches", "root");
const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, models: { type: "string" } },
});
const setting = await describeSetting({ write: values.write, "any-load": null });
const models = modelsFolder(values.models);
const scratch = makeScratch();
const rows = study(tinyViT(models), "the tests' small sets", ["--data", DATA]);
const photos = photosClip(models);
if (photos === null) console.error(`only the tests' tiny ViT: ${NO_SAMPLES}`);
else {
  const source = findImages(undefined);
  rows.push(...study(photos, source.title, ["--data-dir", `imagenet=${source.folder}`]));
}
const measured: Int8Measured = { ...setting, templates: TEMPLATES, rows };
console.log(int8Table(measured));
if (values.write) writeMeasured("int8", measured);

type CsvRow = Readonly<Record<string, string>>;

function shiftline(args: readonly string[]): string {
  return runChild(process.execPath, ["dist/cli.js", ...args]).stdout;
}

function readRows(text: string): CsvRow[] {
  return parse(text, { columns: true, bom: true }) as CsvRow[];
}

/** Evaluates both variants, and compares them on every benchmark under its default protocol. */
function study(checkpoint: string, data: string, where: readonly string[]): Int8Row[] {
  const name = basename(checkpoint);
  const [first, second] = [name, `${name}-int8`];
  const results = join(scratch, name);
  for (const [id, variant] of [
    [first, []],
    [second, ["--variant", "quantized"]],
  ] as const) {
    shiftline([
      ...["evaluate", checkpoint, "--name", `${id}=${checkpoint}`, ...where, "--allow-incomplete"],
      ...["--templates", TEMPLATES, "--out", results, "--store", join(scratch, `store-${name}`), "--quiet", ...variant],
    ]);
  }
  const compared = readRows(shiftline(["compare", first, second, "--results", results, "--format", "csv"]));
  const defaults = compared.filter(isDefault);
  const lines = defaults.length > 1 ? fitLines(results) : []; // fit refuses results without a shift
  const id = defaults.find(({ benchmark }) => benchmark === "imagenet") as CsvRow;
  return defaults.map((row): Int8Row => {
    const { benchmark, protocol } = row as { benchmark: string; protocol: string };
    const line = lines.find((l) => l.benchmark === benchmark && l.protocol === protocol && l.id_side === "imagenet");
    const n = Number(row.n);
    const count = countFlips(results, [first, second], benchmark, protocol);
    const { low, high } = binomialInterval(count, n);
    return {
      checkpoint: name,
      data,
      benchmark,
      protocol,
      n,
      accuracy: Number(row.first_accuracy),
      int8Accuracy: Number(row.second_accuracy),
      change: changeOf(row),
      flips: { count, low, high },
      robustness:
        line === undefined
          ? null
          : robustnessChange(
              { slope: Number(line.slope), intercept: Number(line.intercept) },
              Number(id.first_accuracy),
              changeOf(id),
              changeOf(row),
            ),
    };
  });
}

function fitLines(results: string): CsvRow[] {
  shiftline(["fit", results, "--quiet"]);
  return readRows(readFileSync(join(results, "fits.csv"), "utf8"));
}

/** `compare` reports first minus second; a change is second minus first. */
function changeOf(row: CsvRow): Change {
  return { value: -Number(row.difference), low: -Number(row.high), high: -Number(row.low) };
}

/** The first protocol of a benchmark's file. */
function isDefault({ benchmark, protocol }: CsvRow): boolean {
  const { protocols } = JSON.parse(readFileSync(join(ROOT, "benchmarks", `${benchmark}.json`), "utf8"));
  return protocols[0].id === protocol;
}

/** Images whose best class differs. */
function countFlips(results: string, names: readonly string[], benchmark: string, protocol: string): number {
  const [first, second] = names.map((name) =>
    readRows(readFileSync(join(results, name, benchmark, protocol, TEMPLATES, "predictions.csv"), "utf8")),
  ) as [CsvRow[], CsvRow[]];
  if (first.some((row, i) => row.image !== second[i]?.image)) throw new Error(`${benchmark}: different images`);
  return first.filter((row, i) => row.top1 !== second[i]?.top1).length;
}
