import { join } from "node:path";
import { expect, it } from "vitest";
import { checkpoints, shiftline } from "../../app/cli/run-cli.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";
import { readCsv } from "./expected-predictions.ts";

const same = join(fixtures, "containers", "same");

/** Rows by content, without the images' names. */
async function predictionsOf(place: string, name: string, scratch: string) {
  const out = join(scratch, name);
  const { status, stderr } = await shiftline([
    ...["evaluate", join(checkpoints, "vit-open-clip"), "--data-dir", `imagenet=${join(same, place)}`, "--out", out],
    ...["--zip-password-file", join(same, "password.txt"), "--store", join(scratch, "store"), "--protocol", "1000"],
    ...["--templates", "single-1", "--threads", "1", "--allow-incomplete", "--quiet"],
  ]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const rows = readCsv(join(out, "vit-open-clip", "imagenet", "1000", "single-1", "predictions.csv"));
  const byContent = new Map(rows.map(({ image, content, ...row }) => [content, row]));
  return { byContent, order: [...byContent.keys()] };
}

it("the same photos in a folder and in two containers, in other orders, have the same predictions to the last digit", async () => {
  const scratch = temporaryFolder();
  const folder = await predictionsOf("folder", "folder", scratch);
  expect(folder.byContent.size).toBe(20);
  for (const place of ["zip-encrypted", "arrow-saved"]) {
    const container = await predictionsOf(place, place, scratch);
    expect(container.byContent).toEqual(folder.byContent);
    expect(container.order).not.toEqual(folder.order);
  }
});
