import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkpoints, shiftline } from "../../app/cli/run-cli.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";
import { readCsv } from "./expected-predictions.ts";

const same = join(fixtures, "containers", "same");

/** Evaluates photos at these paths, by benchmark, with additional options. */
async function evaluatePhotos(
  places: Readonly<Record<string, string>>,
  out: string,
  store: string,
  more: string[] = [],
) {
  const { status, stderr } = await shiftline([
    ...["evaluate", join(checkpoints, "vit-open-clip"), "--out", out, "--store", store, "--protocol", "1000"],
    ...Object.entries(places).flatMap(([id, place]) => ["--data-dir", `${id}=${join(same, place)}`]),
    ...["--zip-password-file", join(same, "password.txt")],
    ...["--templates", "single-1", "--threads", "1", "--allow-incomplete", "--quiet", ...more],
  ]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
}

const predictionsFile = (out: string, id = "imagenet") =>
  join(out, "vit-open-clip", id, "1000", "single-1", "predictions.csv");

/** A copy of a store that lacks all images. @returns its path */
function withoutImages(store: string): string {
  const copy = join(temporaryFolder(), "store");
  cpSync(store, copy, { recursive: true });
  for (const part of ["images", "contents"]) rmSync(join(copy, part), { recursive: true });
  return copy;
}

/** Rows by content, without the images' names. */
function readByContent(out: string) {
  const rows = readCsv(predictionsFile(out));
  const byContent = new Map(rows.map(({ image, content, ...row }) => [content, row]));
  return { byContent, order: [...byContent.keys()] };
}

it("the same photos in a folder and in two containers, in other orders, have the same predictions to the last digit", async () => {
  const scratch = temporaryFolder();
  const store = join(scratch, "store");
  await evaluatePhotos({ imagenet: "folder" }, join(scratch, "folder"), store);
  const folder = readByContent(join(scratch, "folder"));
  expect(folder.byContent.size).toBe(20);
  for (const place of ["zip-encrypted", "arrow-saved"]) {
    // embedded from there: the stored embeddings of the folder would be used
    await evaluatePhotos({ imagenet: place }, join(scratch, place), withoutImages(store));
    const container = readByContent(join(scratch, place));
    expect(container.byContent).toEqual(folder.byContent);
    expect(container.order).not.toEqual(folder.order);
  }
});

it("photos in containers have the same predictions, byte for byte, from shards in any order and threads", async () => {
  const places = { imagenet: "parquet-two/validation-*", "imagenet-sketch": "tar-gz" };
  const scratch = temporaryFolder();
  const [whole, merged] = [join(scratch, "whole"), join(scratch, "merged")];
  const store = join(scratch, "store");
  const parts = ["--part-size", "3", "--batch-size", "3"];
  await evaluatePhotos(places, whole, store, parts);
  const shared = withoutImages(store);
  for (const shard of ["2/3", "0/3", "1/3"]) {
    await evaluatePhotos(places, merged, shared, [...parts, "--shard", shard, "--threads", "3"]);
  }
  await evaluatePhotos(places, merged, shared, [...parts, "--merge-only"]);
  for (const id of Object.keys(places)) {
    expect(readFileSync(predictionsFile(merged, id), "utf8")).toBe(readFileSync(predictionsFile(whole, id), "utf8"));
  }
});
