/**
 * Seconds of one command that evaluates many small checkpoints, and of as many commands, in turn.
 *
 *   npm run bench -- sweep CHECKPOINT IMAGES [CHECKPOINTS] [N] [PAIRS]
 *
 * CHECKPOINT is an open_clip export; copies of it get a fingerprint of their own each (a field more in their
 * open_clip_config.json), so nothing is shared in the store. IMAGES is a folder of photos in wnid folders, repeated by
 * links to N images. Text embeddings are stored by a run before.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spread } from "./_median.ts";
import { repeatImages } from "./_repeat-images.ts";

const [checkpoint, images, checkpointsText = "20", nText = "500", pairsText = "3"] = process.argv.slice(2);
if (checkpoint === undefined || images === undefined)
  throw new Error("expected CHECKPOINT IMAGES [CHECKPOINTS] [N] [PAIRS]");
const scratch = mkdtempSync(join(tmpdir(), "shiftline-bench-"));
const copies = Array.from({ length: Number(checkpointsText) }, (_, k) => {
  const copy = join(scratch, "checkpoints", `copy-${k}`);
  cpSync(checkpoint, copy, { recursive: true });
  const config = join(copy, "open_clip_config.json");
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), copy: k }));
  return copy;
});
repeatImages(images, join(scratch, "images"), Number(nText));
let runs = 0;

function evaluate(paths: readonly string[]): void {
  const data = ["--data-dir", `imagenet=${join(scratch, "images")}`, "--allow-incomplete", "--templates", "single-1"];
  const places = ["--store", join(scratch, "store"), "--out", join(scratch, `out-${runs++}`), "--quiet"];
  const result = spawnSync(process.execPath, ["dist/cli.js", "evaluate", ...paths, ...data, ...places], {
    encoding: "utf8",
  });
  if (result.status !== 0) throw new Error(result.stderr);
}

function seconds(work: () => void): number {
  rmSync(join(scratch, "store", "images"), { recursive: true, force: true });
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1000;
}

try {
  evaluate(copies); // stores the text embeddings
  const [one, many, ratio]: [number[], number[], number[]] = [[], [], []];
  for (let pair = 0; pair < Number(pairsText); pair++) {
    one.push(seconds(() => evaluate(copies)));
    many.push(
      seconds(() => {
        for (const copy of copies) evaluate([copy]);
      }),
    );
    ratio.push((many.at(-1) as number) / (one.at(-1) as number));
    console.log(
      `pair ${pair + 1}: one command ${one.at(-1)?.toFixed(1)} s, ${copies.length} commands ${many.at(-1)?.toFixed(1)} s`,
    );
  }
  console.log(`one command     ${spread(one, 1)} s`);
  console.log(`${copies.length} commands     ${spread(many, 1)} s`);
  console.log(`ratio           ${spread(ratio)}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
