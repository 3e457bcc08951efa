/**
 * Peak resident memory of `evaluate` on 2,000, 20,000 and 200,000 images: it should not grow with their number.
 *
 *   npm run bench -- memory CHECKPOINT IMAGES [COUNTS]
 *
 * IMAGES is a folder of photos in wnid folders, repeated by links. A previous run stores the text embeddings. 200,000 photos take
 * a quarter of an hour on two cores.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repeatImages } from "./_repeat-images.ts";

const [checkpoint, images, counts = "2000,20000,200000"] = process.argv.slice(2);
if (checkpoint === undefined || images === undefined) throw new Error("expected CHECKPOINT IMAGES [COUNTS]");
/** Images of the run that stores the text embeddings. */
const FEW = 100;
const scratch = mkdtempSync(join(tmpdir(), "shiftline-bench-"));

const program = `
import { evaluate } from "./dist/index.js";
await evaluate(JSON.parse(process.argv[1]));
console.log(process.resourceUsage().maxRSS / 1024);
`;

/** Peak resident set of a process that evaluates, in MB. */
function peak(n: number): number {
  const folder = join(scratch, `images-${n}`);
  if (!existsSync(folder)) repeatImages(images as string, folder, n);
  const options = {
    checkpoints: [checkpoint],
    dataDirs: { imagenet: folder },
    allowIncomplete: true,
    templates: ["single-1"],
    store: join(scratch, "store"),
    out: mkdtempSync(join(scratch, "out-")),
  };
  rmSync(join(scratch, "store", "images"), { recursive: true, force: true });
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", program, JSON.stringify(options)], {
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(result.stderr);
  return Number(result.stdout);
}

peak(FEW);
for (const n of counts.split(",").map(Number)) {
  console.log(`${n} images: peak resident set ${peak(n).toFixed(0)} MB`);
}
rmSync(scratch, { recursive: true, force: true });
