import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOMS = [
  "image",
  "tokenizer",
  "onnx",
  "checkpoint",
  "classifier",
  "tar",
  "dataset",
  "embedding",
  "scoring",
  "inspection",
  "robustness",
  "report",
  "page",
  "submit",
  "commands",
];
const LEAVES = ["math", "statistics", "files"];
/** Files beside the rooms that every room may import. */
const COMMON = ["input-error.ts", "native-library.ts", "note.ts"];

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const src = join(import.meta.dirname, "..", "src");

function sourceFiles(): SourceFile[] {
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readFileSync(join(src, path), "utf8");
      const found = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
      const imports = [...found].map((match) => relative(src, join(src, path, "..", match[1] as string)));
      return { path, room: room(path), text, imports };
    });
}

function room(path: string): string {
  return path.includes("/") ? (path.split("/")[0] as string) : "";
}

function mayImport(from: string, to: string): boolean {
  if (from === "" || from === to) return true;
  if (to === "") return false;
  if (LEAVES.includes(to)) return true;
  if (LEAVES.includes(from)) return false;
  return ROOMS.indexOf(to) < ROOMS.indexOf(from);
}

describe("the rooms of src/", () => {
  const files = sourceFiles();

  it("are the ones the design names", () => {
    const unknown = files.filter((file) => file.room !== "" && ![...ROOMS, ...LEAVES].includes(file.room));
    expect(unknown.map((file) => file.path)).toEqual([]);
    expect(files.length).toBeGreaterThan(0);
  });

  it("import only from rooms to their left, and from the leaves", () => {
    const wrong = files.flatMap((file) =>
      file.imports
        .filter((target) => !COMMON.includes(target) && !mayImport(file.room, room(target)))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it("open the user's files in one place, which reads regular files only", () => {
    const openers = /\b(?:readFile|readFileSync|open|openSync|createReadStream)\b[^;]*\} from "node:fs(?:\/promises)?"/;
    const found = files.filter((file) => openers.test(file.text)).map((file) => file.path);
    // Beside it: what ships with the package, what the kernel says of this process, and files of the store
    const others = ["files/package-root.ts", "report/html/page.ts", "tokenizer/clip-byte-pairs.ts"];
    others.push("tokenizer/html-entities.ts", "cli.ts", "commands/run-record.ts", "commands/allocation.ts");
    others.push("files/atomic-write.ts", "files/machine-error.ts");
    expect(found.sort()).toEqual(["files/regular-file.ts", ...others].sort());
  });

  it("hold files of one concept, at most 300 lines", () => {
    const long = files.filter((file) => file.text.split("\n").length > 300);
    expect(long.map((file) => file.path)).toEqual([]);
  });

  it("print nothing: library code throws, the command line prints", () => {
    const printing = files.filter((file) => /console\.|process\.exit\(/.test(file.text));
    expect(printing.map((file) => file.path)).toEqual([]);
  });
});
