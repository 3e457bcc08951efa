import { describe, expect, it } from "vitest";
import { openTokenizer, type TokenizerSource } from "../../../src/model/tokenizer/tokenizer.ts";
import { readFixture } from "../../fixtures/tokens/read-fixture.ts";
import { contentOf } from "./content-of.ts";
import { NO_PADDING_FILES } from "./no-padding-files.ts";

interface Kinds {
  readonly contextLength: number;
  readonly charsmap: string;
  readonly captions: readonly string[];
  readonly kinds: Readonly<Record<string, Kind>>;
}

interface Kind {
  readonly cleaning: TokenizerSource["cleaning"];
  readonly padId: number;
  readonly "tokenizer_config.json": object;
  readonly "tokenizer.json": object;
  readonly ids: readonly (readonly number[])[];
}

const fixture = readFixture("tokenizer-kinds.json.gz") as Kinds;

describe("openTokenizer on a tokenizer.json", () => {
  it.each(Object.entries(fixture.kinds))("returns the reference's ids and padding: %s", (name, kind) => {
    const json = JSON.stringify(kind["tokenizer.json"]).replaceAll('"charsmap"', JSON.stringify(fixture.charsmap));
    const tokenizerJson = contentOf(`${name}.json`, json);
    const config = contentOf(`${name}.config.json`, kind["tokenizer_config.json"]);
    const padding = { rule: "tokenizer", files: { ...NO_PADDING_FILES, config } } as const;
    const tokenizer = openTokenizer({ tokenizerJson, cleaning: kind.cleaning, encoding: "open_clip", padding });

    const differing = fixture.captions.flatMap((caption, i) => {
      const expected = kind.ids[i] as readonly number[];
      const ids = [...tokenizer.encode(caption, fixture.contextLength)];
      return ids.join() === expected.join() ? [] : [{ caption, ids, expected }];
    });
    expect(differing).toEqual([]);
    expect(kind.ids).toHaveLength(fixture.captions.length);
    expect(tokenizer.padId).toBe(kind.padId);
    expect(tokenizer.endOfText).toBe(kind.ids[0]?.at(-1));
    expect(tokenizer.vocabularySize).toBeGreaterThan(Math.max(...kind.ids.flat()));
  });
});
