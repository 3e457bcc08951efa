import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkpoints, demo, root } from "./app/cli/run-cli.ts";
import { fixtures, sharedFolder, writeTree } from "./helpers.ts";
import { usesOfExports } from "./uses-of-exports.ts";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly sideEffects: readonly string[];
  readonly types: string;
  readonly version: string;
}

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
const project = sharedFolder();
const installed = join(project, "node_modules", "shiftline");
/** Paths of the packed files, relative to the package. */
let packed: readonly string[] = [];

function run(program: string, args: readonly string[], options: { readonly shell?: boolean } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: project, encoding: "utf8", ...options });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

const node = (...args: string[]) => run(process.execPath, args);
const tsc = (...args: string[]) => node(join(root, "node_modules/typescript/bin/tsc"), ...args);

/** Packs the built package without running its scripts, unpacks it into an empty project and links its dependencies. */
beforeAll(() => {
  const args = ["pack", root, "--ignore-scripts", "--json", "--pack-destination", project];
  const npm = process.env.npm_execpath;
  const { status, stdout, stderr } = npm?.endsWith(".js")
    ? node(npm, ...args)
    : run("npm", args, { shell: process.platform === "win32" });
  expect(status, stderr).toBe(0);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  expect(run("tar", ["-xzf", filename]).status).toBe(0);
  mkdirSync(join(project, "node_modules"));
  cpSync(join(project, "package"), installed, { recursive: true });
  for (const name of [...Object.keys(manifest.dependencies), "@types/node"]) {
    const link = join(project, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link, "junction");
  }
  writeTree(project, { "package.json": '{ "type": "module" }' });
  cpSync(join(root, "examples/library"), project, { recursive: true });
});

describe("the packed package", () => {
  it("has the program, the library and its data, and no sources, maps or stamps", () => {
    expect(packed).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "dist/cli.js"]));
    expect(packed).toEqual(expect.arrayContaining(["dist/index.d.ts", "dist/page/app.js", "dist/page/app.css"]));
    const isStray = (path: string) =>
      /\.map$|(?<!\.d)\.tsx?$|(?:^|\/)\./.test(path.replace(/^examples\/library\/\w[\w-]*\.ts$/, ""));
    expect(packed.filter(isStray)).toEqual([]);
    const programs = packed.filter((path) => path.endsWith(".js"));
    const mapped = programs.filter((path) => readFileSync(join(installed, path), "utf8").includes("//# sourceMapping"));
    expect(mapped).toEqual([]);
  });

  it("has every file that its README links to, and those that its other pages link to, except files that only a clone has", () => {
    const pages = packed.filter((path) => path.endsWith(".md"));
    const onlyInClone = /^(?:src|test|bench|scripts|examples|results)\b/;
    const missing = pages.flatMap((page) =>
      [...readFileSync(join(installed, page), "utf8").matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)]
        .map(([, link]) => normalize(join(dirname(page), link as string)))
        .filter((path) => !existsSync(join(installed, path)) && (page === "README.md" || !onlyInClone.test(path)))
        .map((path) => `${page}: ${path}`),
    );
    expect(pages).toContain("README.md");
    expect(missing).toEqual([]);
  });

  it("names existing files", () => {
    const paths = [manifest.types, ...JSON.stringify(manifest.exports).matchAll(/\.\/[\w./-]+/g)].map(String);
    expect(paths.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
    for (const pattern of manifest.sideEffects) {
      const expression = new RegExp(`^${pattern.slice(2).replaceAll(".", "\\.").replace("*", "[^/]*")}$`);
      expect(packed.filter((path) => expression.test(path)).length, pattern).toBeGreaterThan(0);
    }
    expect(existsSync(join(root, "scripts/prepack.mjs"))).toBe(true);
    expect(manifest.scripts.prepack).toBe("node scripts/prepack.mjs");
  });

  it("is loaded by import and by require", () => {
    const print = "console.log(Object.keys(library).sort().join())";
    const imported = node("--input-type=module", "-e", `import * as library from "shiftline"; ${print}`);
    const required = node("--input-type=commonjs", "-e", `const library = require("shiftline"); ${print}`);
    expect([imported.status, required.status], imported.stderr + required.stderr).toEqual([0, 0]);
    expect(imported.stdout).toContain("evaluate");
    expect(required.stdout.split(",")).toEqual(expect.arrayContaining(imported.stdout.trim().split(",").slice(1, -1)));
  });

  it("has the command", () => {
    const { status, stdout } = node(join(installed, "dist/cli.js"), "--help");
    expect([status, stdout.split("\n")[0]]).toEqual([0, "Usage: shiftline [options] [command]"]);
    expect(node(join(installed, "dist/cli.js"), "--version").stdout.trim()).toBe(manifest.version);
  });
});

describe("a TypeScript project that uses the package", () => {
  const programs = ["classify.ts", "evaluate.ts", "effective-robustness.ts"];
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--skipLibCheck", "false"];
  const common = [...strict, "--target", "es2023", "--types", "node"];

  it("compiles with both of TypeScript's module resolutions, and runs", () => {
    const bundled = tsc(...common, "--noEmit", "--module", "esnext", "--moduleResolution", "bundler", ...programs);
    expect(bundled.stdout).toBe("");
    const compiled = tsc(...common, "--module", "nodenext", ...programs);
    expect(compiled.stdout).toBe("");
    const checkpoint = join(checkpoints, "vit-open-clip");
    const classified = node("classify.js", checkpoint, join(demo, "n02391049/zebra-noto.jpeg"), "banana", "zebra");
    expect(classified.stdout, classified.stderr).toMatch(/^0\.\d{3} {2}zebra\n0\.\d{3} {2}banana\n$/);
    const data = join(fixtures, "sketches/root");
    cpSync(join(data, "imagenet-a"), join(project, "data/imagenet-a"), { recursive: true });
    const evaluated = node("evaluate.js", checkpoint, "data", "results");
    expect(evaluated.stdout, evaluated.stderr).toMatch(/^imagenet-a 200: 0\.\d{4} on 30 of 7500 images$/m);
    const accuracies = "checkpoint,benchmark,accuracy\nnew,imagenet,0.7\nnew,imagenet-a,0.5\n";
    writeTree(project, { "accuracies.csv": accuracies });
    const robust = node("effective-robustness.js", "accuracies.csv", "openai-clip");
    expect(robust.stdout, robust.stderr).toMatch(/^new: imagenet-a against imagenet: -?\d+\.\d\d points$/m);
    expect(robust.stdout).toMatch(/^mine: 0\.6 where the line expects 0\.53\d\d$/m);
    const failed = node("evaluate.js", checkpoint, join(project, "nothing"), "other");
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("nothing")]);
  });

  it("compiles with the command in the examples", () => {
    const [, command = ""] =
      /^npx tsc (.*)$/m.exec(readFileSync(join(installed, "examples/library/README.md"), "utf8")) ?? [];
    expect(command).toContain("classify.ts");
    expect(tsc(...command.split(" ")).stdout).toBe("");
  });

  it("can name the type of every parameter, result and property", () => {
    const uses = usesOfExports(join(installed, "dist"));
    expect(uses.length).toBeGreaterThan(200);
    writeTree(project, { "uses.ts": ["declare function take<T>(): T;", ...uses].join("\n") });
    const emitted = tsc(...common, "--module", "nodenext", "--declaration", "--emitDeclarationOnly", "uses.ts");
    expect(emitted.stdout).toBe("");
  });
});
