import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { DataInspection } from "../../../src/app/inspection/inspect-data.ts";
import { IMAGES_OF_CLASS, noisePng, PATHS, writeDefinition, writeImages } from "../../app/cli/animals.ts";
import { checkpoints, root } from "../../app/cli/run-cli.ts";
import { temporaryFolder } from "../../helpers.ts";

/** The built package with an additional format: its file, and its name in the list of formats. */
function packageWithCards(): string {
  const folder = temporaryFolder();
  cpSync(join(root, "dist"), join(folder, "dist"), {
    recursive: true,
    filter: (path) => !/\.(?:map|d\.ts)$/.test(path),
  });
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  for (const name of ["node_modules", "benchmarks", "prompts"]) symlinkSync(join(root, name), join(folder, name));
  const sources = join(folder, "dist", "data", "sources");
  copyFileSync(join(import.meta.dirname, "cards-source.mjs"), join(sources, "cards-source.js"));
  const list = join(sources, "source-formats.js");
  const text = readFileSync(list, "utf8");
  const more = text.replace("SOURCE_FORMATS = [", "SOURCE_FORMATS = [cardsFormat, ");
  expect(more).not.toBe(text);
  writeFileSync(list, `import { cardsFormat } from "./cards-source.js";\n${more}`);
  return folder;
}

/** Evaluates the folders of a place, then inspects the cards; prints rows of predictions and the inspections. */
const SCRIPT = `
  import { readFileSync } from "node:fs";
  const [place, checkpoint, ...folders] = process.argv.slice(1);
  const { evaluate } = await import("./dist/index.js");
  const { inspectData } = await import("./dist/app/inspection/inspect-data.js");
  const definition = place + "/definition/animals.json";
  const rows = [];
  for (const data of folders) {
    const [{ folder }] = await evaluate({
      checkpoints: [checkpoint],
      benchmarks: [definition],
      dataDirs: { animals: place + "/" + data },
      classNames: place + "/definition/animals.csv",
      out: place + "/results-" + data,
      threads: 1,
    });
    const lines = readFileSync(folder + "/predictions.csv", "utf8").trimEnd().split("\\n").slice(1);
    rows.push(lines.map((line) => line.split(",")));
  }
  const inspect = (deep) => inspectData(place + "/cards", { benchmarks: [definition], deep });
  console.log(JSON.stringify({ rows, inspections: [await inspect(false), await inspect(true)] }));`;

it("a format added by one file and one line is evaluated and inspected like the others", async () => {
  const place = temporaryFolder();
  const images = await Promise.all(PATHS.map((_, i) => noisePng(i)));
  writeDefinition(join(place, "definition"));
  writeImages(join(place, "files"), images);
  mkdirSync(join(place, "cards"));
  writeFileSync(join(place, "cards", "cards.bin"), Buffer.concat(images));
  const cards = PATHS.map((name, i) => ({ name, label: Math.floor(i / IMAGES_OF_CLASS), bytes: images[i]?.length }));
  writeFileSync(join(place, "cards", "cards.json"), JSON.stringify(cards));
  const run = (cwd: string) => {
    const args = ["--input-type=module", "-e", SCRIPT, place, join(checkpoints, "vit-open-clip"), "cards", "files"];
    return execFileSync(process.execPath, args, { cwd, encoding: "utf8", stdio: "pipe" });
  };
  expect(() => run(root)).toThrow(/no images of animals here/);
  const { rows, inspections } = JSON.parse(run(packageWithCards())) as {
    readonly rows: readonly [cards: string[][], files: string[][]];
    readonly inspections: readonly DataInspection[];
  };
  const [ofCards, ofFiles] = rows;
  expect(ofCards.map(([image]) => image)).toEqual(PATHS.map((path) => `cards.bin/${path}`));
  expect(ofCards.map((row) => row.slice(1))).toEqual(ofFiles.map((row) => row.slice(1)));
  for (const { sound, benchmarks } of inspections) {
    expect(sound).toBe(true);
    expect(benchmarks).toMatchObject([{ images: PATHS.length, unreadable: [], duplicates: [] }]);
  }
});
