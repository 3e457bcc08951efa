import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { expect, it } from "vitest";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { temporaryFolder } from "../../helpers.ts";
import { IMAGES_OF_CLASS, noisePng, PATHS, writeDefinition } from "./animals.ts";
import { checkpoints, shiftline } from "./run-cli.ts";

const PASSWORD = "rot wie Blut";

/** The images, each class with a different encryption, as zip.js writes them: last first. */
async function encryptedZip(images: readonly Buffer[]): Promise<Uint8Array> {
  const ways = [{ zipCrypto: true }, { encryptionStrength: 1 }, { encryptionStrength: 3, level: 0 }] as const;
  const writer = new ZipWriter(new Uint8ArrayWriter(), { password: PASSWORD, useWebWorkers: false });
  for (const [i, path] of [...PATHS.entries()].reverse()) {
    const way = ways[Math.floor(i / IMAGES_OF_CLASS)];
    await writer.add(`animals/${path}`, new Uint8ArrayReader(images[i] as Buffer), way);
  }
  return writer.close();
}

it("an encrypted zip is scored with a password file; the password is stored nowhere, and a missing or wrong one is reported", async () => {
  const place = temporaryFolder();
  const images = await Promise.all(PATHS.map((_, i) => noisePng(i)));
  const definition = writeDefinition(join(place, "definition"));
  const zip = join(place, "animals.zip");
  writeFileSync(zip, await encryptedZip(images));
  writeFileSync(join(place, "password.txt"), `${PASSWORD}\n`);
  writeFileSync(join(place, "wrong.txt"), "weiss wie Schnee\n");
  const evaluate = (...options: string[]) =>
    shiftline(
      [
        ...["evaluate", join(checkpoints, "vit-open-clip"), "--benchmark", definition],
        ...["--data-dir", `animals=${zip}`, "--class-names", join(place, "definition", "animals.csv"), ...options],
      ],
      { cwd: place },
    );
  const without = await evaluate();
  expect(without.status).toBe(1);
  expect(without.stderr).toMatch(/animals\.zip: member "animals\/.*": encrypted; pass --zip-password-file FILE/);
  const wrong = await evaluate("--zip-password-file", "wrong.txt");
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toMatch(/animals\.zip: member ".*": .*password/);
  expect(wrong.stderr).not.toContain("weiss");

  const scored = await evaluate("--zip-password-file", "password.txt", "--verbose");
  expect(scored.status).toBe(0);
  const folder = join(place, "results", "vit-open-clip", "animals", "three", "single-1");
  const rows = readFileSync(join(folder, "predictions.csv"), "utf8").trimEnd().split("\n").slice(1);
  const found = rows.map((row) => row.split(",")).map((cells) => [cells[0], cells[1], cells.at(-1)]);
  const expected = PATHS.map((path, i) => {
    const content = sha256(images[i] as Buffer).slice(0, 32);
    return [`animals.zip/animals/${path}`, String(Math.floor(i / IMAGES_OF_CLASS)), content];
  });
  expect(found).toEqual(expected.reverse());
  const recipe = readFileSync(join(folder, "run.json"), "utf8");
  expect(JSON.parse(recipe).options.zip_password_file).toBe("password.txt");
  for (const text of [recipe, scored.stdout, scored.stderr]) expect(text).not.toContain("rot wie");

  const inspected = await shiftline(
    ["inspect", place, "--benchmark", definition, "--zip-password-file", "password.txt", "--deep", "--json"],
    { cwd: place },
  );
  expect(JSON.parse(inspected.stdout).benchmarks).toMatchObject([{ images: PATHS.length, unreadable: [] }]);
});
