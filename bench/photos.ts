/**
 * Nothing timed: compares our pixels of 100 ImageNet photos, and the predictions of a checkpoint trained on photos, with
 * open_clip's.
 *
 *   SHIFTLINE_SAMPLES=path/to/samples npm run bench -- photos
 *
 * The samples are photos/ (<wnid>/*, the 100 of EliSchwartz/imagenet-sample-images that test/fixtures/images/photos.expected.json
 * names) and, for the predictions, photos-clip/ and open_clip's photos-clip.expected.csv. Ends with status 1 at a difference.
 */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import { decodeImage } from "../src/data/image/decode.ts";
import { createPreprocessor } from "../src/data/image/preprocess-image.ts";
import { sha256 } from "../src/foundation/files/sha256.ts";
import { preprocessingOf, readExpected } from "../test/data/image/expected.ts";
import { runChild } from "./_child.ts";
import { NO_SAMPLES, samplePath } from "./_samples.ts";
import { makeScratch } from "./_scratch.ts";

type Row = Readonly<Record<string, string>>;

const PLACES = [1, 2, 3, 4, 5];
/** Tolerance of cosines for another order of summation: measured at most 7e-7. */
const TOLERANCE = 1e-5;
/** Classes with equal names are an exact tie. */
const SAME_NAME = new Map([
  ["744", "657"],
  ["837", "836"],
]);

const photos = samplePath("photos");
if (photos === null) throw new Error(NO_SAMPLES);
const faults = await pixelFaults(photos);
const [checkpoint, expected] = [samplePath("photos-clip"), samplePath("photos-clip.expected.csv")];
if (checkpoint === null || expected === null) console.error(`no predictions are compared: ${NO_SAMPLES}`);
else faults.push(...predictionFaults(checkpoint, photos, expected));
for (const fault of faults) console.log(fault);
console.log(faults.length === 0 ? "all equal open_clip's" : `${faults.length} differ from open_clip's`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Photos and settings whose pixels differ from Pillow's and torchvision's. */
async function pixelFaults(folder: string): Promise<string[]> {
  const { settings, files } = readExpected("photos.expected.json");
  const preprocessors = Object.entries(settings).map(
    ([name, setting]) => [name, createPreprocessor(preprocessingOf(setting))] as const,
  );
  const found: string[] = [];
  for (const [name, file] of Object.entries(files)) {
    const image = await decodeImage(readFileSync(join(folder, name)));
    for (const [setting, preprocessor] of preprocessors) {
      const pixels = new Uint8Array(preprocessor.height * preprocessor.width * 3);
      preprocessor.toPixels(image, pixels);
      if (sha256(pixels) !== file.pixels?.[setting]) found.push(`${name}: different pixels: ${setting}`);
    }
  }
  console.error(`${Object.keys(files).length} photos in ${preprocessors.length} settings`);
  return found;
}

/** Photos whose top-5 or cosines, with the 80 templates, differ from open_clip's. */
function predictionFaults(model: string, folder: string, reference: string): string[] {
  const out = join(makeScratch(), "results");
  const data = ["--data-dir", `imagenet=${folder}`, "--allow-incomplete"];
  runChild(process.execPath, ["dist/app/cli/main.js", "evaluate", model, ...data, "--out", out, "--quiet"]);
  const path = join(out, basename(model), "imagenet", "1000", "openai-80", "predictions.csv");
  const ours = new Map(readRows(path).map((row) => [basename(row.image as string), row]));
  const rows = readRows(reference);
  const found = ours.size === rows.length ? [] : [`${ours.size} predictions, expected ${rows.length}`];
  for (const row of rows) {
    const our = ours.get(row.file as string);
    const differing = PLACES.filter((place) => differs(our, row, place));
    if (our?.label !== row.label || differing.length > 0)
      found.push(`${row.file}: different ranks: ${differing.join()}`);
  }
  console.error(`${rows.length} predictions`);
  return found;
}

function differs(our: Row | undefined, row: Row, place: number): boolean {
  const [a = "", b = ""] = [our?.[`top${place}`], row[`top${place}`]];
  const apart = Math.abs(Number(our?.[`score${place}`]) - Number(row[`score${place}`]) / 100);
  return (SAME_NAME.get(a) ?? a) !== (SAME_NAME.get(b) ?? b) || !(apart < TOLERANCE);
}

function readRows(path: string): Row[] {
  return parse(readFileSync(path, "utf8"), { columns: true }) as Row[];
}
