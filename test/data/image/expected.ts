import { readFileSync } from "node:fs";
import { createPreprocessing, type Preprocessing } from "../../../src/data/image/preprocessing.ts";

/** One preprocessing in open_clip's terms, as the fixture scripts use them. */
export interface FixtureSetting {
  readonly size: number | readonly [height: number, width: number];
  readonly mode: Preprocessing["resizeMode"];
  readonly interpolation: Preprocessing["interpolation"];
  readonly fill_color?: number;
  readonly resize?: number;
}

/** What Pillow and open_clip's transform make of one file; hashes are SHA-256. */
export interface ExpectedFile {
  /** Pillow's format and mode; absent if Pillow refuses the file */
  readonly pillow?: string;
  readonly width?: number;
  readonly height?: number;
  /** of the (height, width, 3) bytes */
  readonly decoded?: string;
  /** by setting; "refused: ..." where the transform refuses */
  readonly pixels?: Readonly<Record<string, string>>;
  readonly tensors?: Readonly<Record<string, string>>;
  /** Pillow's message */
  readonly refused?: string;
  /** a word that our refusal must contain, for a file that Pillow reads */
  readonly refused_by_name?: string;
}

/** test/fixtures/images/expected.json or photos.expected.json. */
export interface Expected {
  readonly mean: [number, number, number];
  readonly std: [number, number, number];
  readonly settings: Readonly<Record<string, FixtureSetting>>;
  /** of all 256 values in all channels, (3, 256); only in expected.json */
  readonly normalization?: Readonly<
    Record<string, { mean: [number, number, number]; std: [number, number, number]; tensor: string }>
  >;
  readonly files: Readonly<Record<string, ExpectedFile>>;
}

export const FIXTURES = new URL("../../fixtures/images/", import.meta.url);

export function readExpected(
  name: "expected.json" | "photos.expected.json" | "resize-and-crop.expected.json",
): Expected {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8")) as Expected;
}

export function readFixture(name: string): Uint8Array {
  return readFileSync(new URL(`files/${name}`, FIXTURES));
}

/** Our preprocessing for open_clip's settings, with OpenAI's mean and std. */
export function preprocessingOf(setting: FixtureSetting): Preprocessing {
  const { size, mode, interpolation, fill_color, resize } = setting;
  return createPreprocessing({
    size: typeof size === "number" ? size : { height: size[0], width: size[1] },
    resizeMode: mode,
    interpolation,
    fillColor: fill_color ?? 0,
    ...(resize === undefined ? {} : { resize }),
  });
}
