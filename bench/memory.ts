/**
 * Peak resident memory of `evaluate` on 100, 1,000 and 10,000 images: it should not grow with them.
 *
 *   npm run bench -- memory CHECKPOINT IMAGES [COUNTS]
 *
 * IMAGES is a folder of photos in wnid folders, repeated by links. Text embeddings are stored by a run before.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repeatImages } from "./_repeat-images.ts";

const [checkpoint, images, counts = "100,1000,10000"] = process.argv.slice(2);
if (checkpoint === undefined || images === undefined) throw new Error("expected CHECKPOINT IMAGES [COUNTS]");
const scratch = mkdtempSync(join(tmpdir(), "shiftline-bench-"));

const program = `
import { evaluate } from "./dist/index.js";
await evaluate(JSON.parse(process.argv[1]));
console.log(process.resourceUsage().maxRSS / 1024);
`;

/** Peak resident set of a process that evaluates, in MB. */
function peak(n: number, run: string): number {
  const folder = join(scratch, `images-${n}`);
  if (run === "first") repeatImages(images as string, folder, n);
  const options = {
    checkpoints: [checkpoint],
    dataDirs: { imagenet: folder },
    allowIncomplete: true,
    templates: ["single-1"],
    store: join(scratch, "store"),
    out: join(scratch, `${n}-${run}`),
  };
  rmSync(join(scratch, "store", "images"), { recursive: true, force: true });
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", program, JSON.stringify(options)], {
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(result.stderr);
  return Number(result.stdout);
}

for (const n of counts.split(",").map(Number)) {
  peak(n, "first");
  console.log(`${n} images: peak resident set ${peak(n, "second").toFixed(0)} MB`);
}
rmSync(scratch, { recursive: true, force: true });
