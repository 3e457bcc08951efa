import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { definitionFiles } from "../../data/benchmark/make-definition.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";

const sketches = join(fixtures, "sketches", "root", "imagenet", "val");
const photos = readdirSync(sketches, { recursive: true, encoding: "utf8" })
  .sort()
  .map((path) => join(sketches, path))
  .filter((path) => statSync(path).isFile())
  .map((path) => readFileSync(path));

/** A small JPEG; its content depends on the number. */
export function photo(at: number): Buffer {
  return photos[at] as Buffer;
}

export const PETS: Readonly<Record<string, Buffer>> = {
  "cat/a.jpg": photo(0),
  "cat/b.jpg": photo(1),
  "dog/a.jpg": photo(2),
  "dog/b.jpg": photo(3),
  "owl/a.jpg": photo(4),
  "owl/b.jpg": photo(5),
};

/** Definition of a benchmark of three classes with two images each. @returns its path */
export function petsDefinition(about: object = {}): string {
  const more = {
    ...{ images: 6, classNames: "imagenet-openai", folders: ["pets"], protocols: [{ id: "three" }] },
    layouts: [{ kind: "class-folders", key: "name" }, { kind: "web-dataset" }],
    ...about,
  };
  return join(writeTree(temporaryFolder(), definitionFiles("pets", ["cat", "dog", "owl"], more)), "pets.json");
}

/** A data root with the benchmark in `pets/`. */
export function petsRoot(files: Readonly<Record<string, string | Uint8Array>> = PETS): string {
  const below = Object.entries(files).map(([path, bytes]) => [`pets/${path}`, bytes] as const);
  return writeTree(temporaryFolder(), Object.fromEntries(below));
}
