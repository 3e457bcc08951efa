/**
 * Nothing timed: how large each usual cause of a different number is, on data that ship: changed predictions, accuracies, cosines of
 * embeddings, and how far effective robustness moves.
 *
 *   npm run bench -- differences [--write] [--tables]
 *
 * `--write` keeps bench/measured/differences.json and fills the tables of docs/reference/troubleshooting.md, `--tables` fills them from
 * the file. Set SHIFTLINE_SAMPLES for the rows of ImageNet photos, see bench/README.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./_child.ts";
import type { DifferencesMeasured } from "./_difference.ts";
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
  options: { write: { type: "boolean", default: false }, tables: { type: "boolean", default: false } },
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
  const emoji = await emojiSubject("twemoji-10240");
  const subjects = [...(photos === null ? [] : [photos]), emoji, await demoSubject()];
  const differences = [];
  for (const subject of subjects) {
    console.error(`${subject.checkpoint.id}: ${subject.images.length} images`);
    differences.push(...(await imageDifferences(subject)));
    differences.push(...(await textDifferences(subject)));
    differences.push(...(await labelDifferences(subject)));
  }
  differences.push(
    ...(await configurationDifferences()),
    ...protocolDifferences(),
    ...(await modelDifferences(photos)),
  );
  return { ...setting, differences, published: publishedDifferences(), lines: await lineDifferences() };
}
