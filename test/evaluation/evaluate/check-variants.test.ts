import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { locateBenchmarks } from "../../../src/evaluation/evaluate/locate-benchmarks.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import type { Note } from "../../../src/foundation/notes.ts";
import { definitionFiles } from "../../data/benchmark/make-definition.ts";
import { makeTar } from "../../data/sources/make-tar.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";

const emojishift = join(fixtures, "..", "..", "examples", "emojishift");

/** Locates benchmarks as a run does. @returns the notes about them */
async function locate(options: {
  data?: string;
  dataDirs?: Record<string, string>;
  benchmarks?: string[];
}): Promise<Note[]> {
  return [...(await locateBenchmarks({ ...options, storeRoot: temporaryFolder() })).notes];
}

/** A folder of this name below a new root, with class folders by number. `set` makes the images' content. */
function v2(name: string, set = name): string {
  return writeTree(join(temporaryFolder(), name), {
    "0/a.jpeg": `a of ${set}`,
    "1/b.jpeg": `one b of ${set}`,
    "10/c.jpeg": `another c of ${set}`,
  });
}

const asV2 = (folder: string, id = "imagenet-v2") => locate({ dataDirs: { [id]: folder } });

describe("a folder used as another of ImageNetV2's sets", () => {
  it.each([
    ["imagenetv2-threshold0.7-format-val", "imagenet-v2-threshold"],
    ["imagenetv2-threshold0.7", "imagenet-v2-threshold"],
    ["imagenetv2-threshold-0.7-format-val", "imagenet-v2-threshold"],
    ["imagenet-v2/threshold0.7/val", "imagenet-v2-threshold"],
    ["imagenetv2-top-images-format-val", "imagenet-v2-top"],
    ["ImageNetV2/top-images", "imagenet-v2-top"],
    ["imagenetv2-top-images-format-val (1)", "imagenet-v2-top"],
    ["imagenetv2_top_images", "imagenet-v2-top"],
    ["IMAGENETV2-TOP", "imagenet-v2-top"],
  ])("is refused by its name: %s", async (name, is) => {
    const folder = v2(name);
    await expect(asV2(folder)).rejects.toThrow(InputError);
    await expect(asV2(folder)).rejects.toThrow(`${folder}: its name is that of ${is}, but it is read as imagenet-v2`);
    expect(await asV2(folder, is)).toEqual([]);
  });

  it("is refused by the name of its link target, and of its tars", async () => {
    const real = v2("imagenetv2-top-images-format-val");
    const link = join(temporaryFolder(), "imagenetv2-matched-frequency-format-val");
    symlinkSync(real, link);
    await expect(asV2(link)).rejects.toThrow(`(a link to ${real}): its name is that of imagenet-v2-top`);
    const tars = writeTree(join(temporaryFolder(), "v2"), {
      "imagenetv2-threshold-0.7-0000.tar": makeTar([
        { name: "a.cls", content: "0" },
        { name: "a.jpg", content: "x" },
      ]),
    });
    await expect(asV2(tars)).rejects.toThrow(/0000\.tar: its name is that of imagenet-v2-threshold/);
  });

  it.each([
    ["imagenetv2-matched-frequency-format-val", []],
    ["ImageNetV2/matched-frequency", []],
    ["imagenetv2-matched", []],
    ["imagenet-v2", ["note"]],
    ["wds_imagenetv2", ["note"]],
    ["my-copy", ["warning"]],
    ["toplevel/imagenet-v2-copy", ["warning"]],
  ])("is accepted: %s, with notes %j", async (name, severities) => {
    const notes = await asV2(v2(name));
    expect(notes.map(({ severity }) => severity)).toEqual(severities);
    for (const { text, about } of notes) {
      expect(text).toContain("read as imagenet-v2, but its name does not state whether it is that or");
      expect(about).toEqual({ benchmark: "imagenet-v2" });
    }
  });

  it("causes a warning if a short name may be that of another", async () => {
    expect((await asV2(v2("top"))).map(({ severity, text }) => [severity, text.split(": ")[1]])).toEqual([
      ["warning", "its name may be that of imagenet-v2-top, but it is read as imagenet-v2"],
    ]);
  });

  it("is found directly below a data root of any name", async () => {
    const root = join(temporaryFolder(), "imagenetv2-top-images");
    writeTree(root, { "imagenetv2-matched-frequency-format-val/0/a.jpeg": "a" });
    expect(await locate({ data: root, benchmarks: ["imagenet-v2"] })).toEqual([]);
    const link = join(temporaryFolder(), "data");
    symlinkSync(root, link);
    expect(await locate({ data: link, benchmarks: ["imagenet-v2"] })).toEqual([]);
  });

  it("is refused by the name of the root if the root is the set", async () => {
    const root = v2("imagenetv2-top-images-format-val");
    await expect(locate({ data: root, benchmarks: ["imagenet-v2"] })).rejects.toThrow(
      /its name is that of imagenet-v2-top/,
    );
  });
});

describe("two benchmarks with the same images", () => {
  it("are refused if they are the same folder, also through a link", async () => {
    const folder = v2("v2");
    const link = join(temporaryFolder(), "other");
    symlinkSync(folder, link);
    for (const second of [folder, link]) {
      await expect(locate({ dataDirs: { "imagenet-v2": folder, "imagenet-v2-top": second } })).rejects.toThrow(
        `${second}: read as imagenet-v2 and imagenet-v2-top, which have different images`,
      );
    }
    const wnids = writeTree(temporaryFolder(), { "n01440764/a.jpg": "a" });
    await expect(locate({ dataDirs: { imagenet: wnids, "imagenet-sketch": wnids } })).rejects.toThrow(
      /read as imagenet and imagenet-sketch/,
    );
  });

  it("are refused if they are copies, in any layout", async () => {
    const matched = v2("imagenetv2-matched-frequency", "same");
    const top = v2("imagenetv2-top-images", "same");
    await expect(locate({ dataDirs: { "imagenet-v2": matched, "imagenet-v2-top": top } })).rejects.toThrow(
      `${matched} and ${top}: contain the same images, but are read as imagenet-v2 and imagenet-v2-top`,
    );
    const members = ["0/a", "1/b", "10/c"].flatMap((name, label) => [
      { name: `${label}.jpg`, content: readFileSync(join(matched, `${name}.jpeg`)) },
      { name: `${label}.cls`, content: String(label) },
    ]);
    const tars = writeTree(join(temporaryFolder(), "imagenetv2-top-images"), { "0.tar": makeTar(members) });
    await expect(locate({ dataDirs: { "imagenet-v2": matched, "imagenet-v2-top": tars } })).rejects.toThrow(
      /contain the same images/,
    );
  });

  it("are accepted if only sizes are equal, or one image", async () => {
    const matched = v2("imagenetv2-matched-frequency", "set 1");
    const top = v2("imagenetv2-top-images", "set 2");
    cpSync(join(matched, "0"), join(top, "0"), { recursive: true });
    expect(await locate({ dataDirs: { "imagenet-v2": matched, "imagenet-v2-top": top } })).toEqual([]);
  });

  it("are accepted if a custom definition scores the same images differently", async () => {
    const about = { classNames: "imagenet-openai" };
    const definition = writeTree(temporaryFolder(), definitionFiles("cats", ["n01440764"], about));
    const root = writeTree(join(temporaryFolder(), "val"), { "n01440764/a.jpg": "a" });
    const dataDirs = { cats: root, imagenet: root };
    expect(await locate({ benchmarks: [join(definition, "cats.json"), "imagenet"], dataDirs })).toEqual([]);
  });
});

describe("custom benchmarks that look the same", () => {
  it("are not refused for the name of a shipped set: the definition is the user's", async () => {
    const shipped = join(fixtures, "..", "..", "benchmarks");
    const shippedDefinition = JSON.parse(readFileSync(join(shipped, "imagenet-v2-top.json"), "utf8"));
    const folder = writeTree(temporaryFolder(), { "mine.json": JSON.stringify({ ...shippedDefinition, id: "mine" }) });
    cpSync(join(shipped, "classes"), join(folder, "classes"), { recursive: true });
    const root = v2("imagenetv2-top-images-format-val");
    const dataDirs = { mine: root, "imagenet-v2-top": root };
    expect(await locate({ benchmarks: [join(folder, "mine.json"), "imagenet-v2-top"], dataDirs })).toEqual([]);
  });

  const definitions = ["emoji-noto", "emoji-noto-v1", "emoji-twemoji"].map((id) =>
    join(emojishift, "benchmarks", `${id}.json`),
  );

  it("are found under their names, without notes", async () => {
    expect(await locate({ data: join(emojishift, "data"), benchmarks: definitions })).toEqual([]);
  });

  it("are refused if the folder of one is used as another", async () => {
    const dataDirs = {
      "emoji-noto": join(emojishift, "data", "twemoji"),
      "emoji-noto-v1": join(emojishift, "data", "noto-v1"),
      "emoji-twemoji": join(emojishift, "data", "noto"),
    };
    await expect(locate({ benchmarks: definitions, dataDirs })).rejects.toThrow(InputError);
  });
});
