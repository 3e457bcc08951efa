import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

/** The floors from the ground up, and the rooms of each, in order. A floor imports only from the floors below it, a room only from the rooms before it. */
const HOUSE: Readonly<Record<string, readonly string[]>> = {
  foundation: ["math", "files", "statistics"],
  data: ["image", "sources", "benchmark", "dataset"],
  model: ["onnx", "weights", "tokenizer", "architectures", "checkpoint"],
  evaluation: ["store", "classifier", "embedding", "scoring", "results", "evaluate"],
  analysis: ["lines", "comparison", "robustness", "agreement"],
  output: ["tables", "figures", "report"],
  app: ["inspection", "certification", "cluster", "cli"],
};
const FLOORS = Object.keys(HOUSE);
/** The public API and the program's entry, which import from everywhere and which no file imports. */
const SURFACE = ["index.ts", "cli.ts"];

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** imported source files, including type-only imports */
  readonly imports: readonly string[];
}

const src = join(import.meta.dirname, "../src");

function sourceFiles(): SourceFile[] {
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(join(src, path), "utf8");
      const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
      const imports = [...found].map((match) => relative(src, join(src, path, "..", match[1] as string)));
      return { path, text, imports };
    });
}

/** The position of a file in the order: floor, then room; files in the folder of a floor come before its rooms. */
function placeOf(path: string): number {
  const [floor = "", room = ""] = path.split("/");
  const hasRoom = path.split("/").length > 2;
  const at = HOUSE[floor]?.indexOf(room) ?? -1;
  return FLOORS.indexOf(floor) * 100 + (hasRoom ? at + 1 : 0);
}

describe("the house", () => {
  const files = sourceFiles();

  it("has the floors and rooms that docs/reference/architecture.md names", () => {
    const rooms = new Set(
      files.filter(({ path }) => !SURFACE.includes(path)).map(({ path }) => path.split("/").slice(0, 2).join("/")),
    );
    const known = FLOORS.flatMap((floor) => (HOUSE[floor] as readonly string[]).map((room) => `${floor}/${room}`));
    const beside = [...rooms].filter((room) => !known.includes(room));
    expect(beside.sort()).toEqual([
      "foundation/closest-names.ts",
      "foundation/errors.ts",
      "foundation/evaluation-key.ts",
      "foundation/group-notes.ts",
      "foundation/name-pattern.ts",
      "foundation/native-library.ts",
      "foundation/notes.ts",
      "foundation/number-text.ts",
    ]);
    expect(known.filter((room) => !rooms.has(room))).toEqual([]);
  });

  it("matches docs/reference/architecture.md: every floor and room, and no missing file", () => {
    const text = readFileSync(join(src, "../docs/reference/architecture.md"), "utf8");
    const rows = [...text.matchAll(/^\| `(\w+)\/` \| ((?:`\w+` ?)+)\|/gm)].map(([, floor, rooms]) => [
      floor,
      (rooms as string).match(/\w+/g),
    ]);
    expect(Object.fromEntries(rows)).toEqual(HOUSE);
    const named = [...text.matchAll(/`(src\/[\w./-]+)`/g)].map(([, path]) => path as string);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(src, "..", path)))).toEqual([]);
  });

  it("lets a file import only from the floors below, and on its own floor from the rooms before", () => {
    const wrong = files
      .filter(({ path }) => !SURFACE.includes(path))
      .flatMap(({ path, imports }) =>
        imports
          .filter((target) => SURFACE.includes(target) || placeOf(target) > placeOf(path))
          .map((target) => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it("has no circular imports, including type-only imports", () => {
    const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
    const done = new Set<string>();
    const circles: string[] = [];
    const follow = (path: string, way: readonly string[]): void => {
      const at = way.indexOf(path);
      if (at >= 0) circles.push([...way.slice(at), path].join(" → "));
      if (at >= 0 || done.has(path)) return;
      for (const target of importsOf.get(path) ?? []) follow(target, [...way, path]);
      done.add(path);
    };
    for (const path of importsOf.keys()) follow(path, []);
    expect(circles).toEqual([]);
  });

  it("opens the user's files in one place, which reads regular files only", () => {
    const openers = /\b(?:readFile|readFileSync|open|openSync|createReadStream)\b[^;]*\} from "node:fs(?:\/promises)?"/;
    const found = files.filter((file) => openers.test(file.text)).map((file) => file.path);
    // Exceptions: files of the package, what the kernel reports about this process, and files of the store
    const exceptions = [
      "app/cli/command-line.ts",
      "evaluation/evaluate/allocation.ts",
      "foundation/files/atomic-write.ts",
      "foundation/files/machine-error.ts",
      "foundation/files/package-root.ts",
      "model/architectures/open-clip-names.ts",
      "model/architectures/timm-vits.ts",
      "model/tokenizer/clip-byte-pairs.ts",
      "model/tokenizer/html-entities.ts",
      "output/figures/bundled-font.ts",
      "output/report/page.ts",
    ];
    expect(found.sort()).toEqual(["foundation/files/regular-file.ts", ...exceptions].sort());
  });

  it("uses onnxruntime and protobuf in one room", () => {
    const loads = /"(?:onnxruntime-\w+|pbf)(?:\/[^"]*)?"(?!:)/; // not the key of an object
    const found = files.filter(({ text }) => loads.test(text)).map(({ path }) => dirname(path));
    expect([...new Set(found)]).toEqual(["model/onnx"]);
  });

  it("has one function for each text format", () => {
    const places = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
    expect(places(/from "csv-stringify/)).toEqual(["foundation/files/format-csv.ts"]);
    expect(places(/\berror\.issues\b/)).toEqual([]); // worded by describeIssues in files/parse-json.ts
    expect(places(/^export (?:type )?(?:\{[^}]*\}|\*) from/m)).toEqual(["index.ts"]);
    const exceptions = [
      "analysis/robustness/robustness-study.ts", // a key
      "output/figures/accuracy-axis.ts", // where ticks are
      "output/figures/render-figure.ts", // coordinates
    ];
    expect(places(/\.toFixed\(|\.toLocaleString\(/).sort()).toEqual(
      [...exceptions, "foundation/number-text.ts"].sort(),
    );
  });

  it("has files of at most 300 lines, except generated files", () => {
    const made = ["model/onnx/onnx-schema.ts"];
    const long = files.filter(({ path, text }) => text.split("\n").length > 300 && !made.includes(path));
    expect(long.map((file) => file.path)).toEqual([]);
  });

  it("prints only in app/: library code throws, the command line prints", () => {
    const printing = files.filter(
      ({ path, text }) =>
        /console\.|process\.exit\(/.test(text) || (!path.startsWith("app/") && /process\.std(?:out|err)/.test(text)),
    );
    expect(printing.map((file) => file.path)).toEqual([]);
  });
});
