/**
 * Nothing timed: how large each usual cause of a different number is, on data that ship: changed predictions, accuracies, cosines of
 * embeddings, and how far effective robustness moves.
 *
 *   npm run bench -- differences [--write] [--tables] [--parts FOLDER [--only PART]]
 *
 * `--write` keeps bench/measured/differences.json and fills the tables of docs/reference/troubleshooting.md, `--tables` fills them from
 * the file. `--parts` keeps what was measured of photos, emoji, demo, configuration and models in a folder, each when it is complete,
 * and `--only` measures one of them. Set SHIFTLINE_SAMPLES for the rows of ImageNet photos, see bench/README.md.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./_child.ts";
import type { Difference, DifferencesMeasured } from "./_difference.ts";
import { imageDifferences } from "./_difference-images.ts";
import { labelDifferences, protocolDifferences } from "./_difference-labels.ts";
import { lineDifferences, publishedDifferences } from "./_difference-lines.ts";
import { modelDifferences } from "./_difference-models.ts";
import { demoSubject, emojiSubject, photosSubject } from "./_difference-subjects.ts";
import { fillDifferences } from "./_difference-tables.ts";
import { configurationDifferences, textDifferences } from "./_difference-texts.ts";
import { describeSetting, readMeasured, writeMeasured } from "./_measured.ts";
import { NO_SAMPLES } from "./_samples.ts";

const PAGE = join(ROOT, "docs", "reference", "troubleshooting.md");
const { values } = parseArgs({
  options: {
    write: { type: "boolean", default: false },
    tables: { type: "boolean", default: false },
    parts: { type: "string" },
    only: { type: "string" },
  },
});
const measured = values.tables ? readMeasured<DifferencesMeasured>("differences") : await measure();
if (measured === null) throw new Error("bench/measured/differences.json is missing; run with --write");
if (values.write) writeMeasured("differences", measured);
if (values.write || values.tables) writeFileSync(PAGE, fillDifferences(readFileSync(PAGE, "utf8"), measured));
else console.log(JSON.stringify(measured, null, 2));

async function measure(): Promise<DifferencesMeasured> {
  const setting = await describeSetting({ write: values.write, "any-load": null });
  const photos = await photosSubject();
  if (photos === null) console.error(`no rows of photos: ${NO_SAMPLES}`);
  const subjects = { photos, emoji: await emojiSubject("twemoji-10240"), demo: await demoSubject() };
  const differences: Difference[] = [];
  for (const [name, subject] of Object.entries(subjects)) {
    if (subject === null) continue;
    const rows = await part(name, async () => [
      ...(await imageDifferences(subject)),
      ...(await textDifferences(subject)),
      ...(await labelDifferences(subject)),
    ]);
    differences.push(...rows);
  }
  differences.push(...(await part("configuration", configurationDifferences)), ...protocolDifferences());
  differences.push(...(await part("models", () => modelDifferences(photos))));
  return { ...setting, differences, published: publishedDifferences(), lines: await lineDifferences() };
}

/** Takes a part's rows from the folder of `--parts` where they are there, and keeps them in it; `--only` leaves the others out. */
async function part(name: string, measurePart: () => Promise<Difference[]>): Promise<Difference[]> {
  const file = values.parts === undefined ? null : join(values.parts, `${name}.json`);
  if (file !== null && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Difference[];
  if (values.only !== undefined && values.only !== name) return [];
  console.error(name);
  const rows = await measurePart();
  if (file !== null) writeFileSync(file, JSON.stringify(rows));
  return rows;
}
