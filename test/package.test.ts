import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { root } from "./app/cli/run-cli.ts";

describe("the package", () => {
  it("is loaded by import and by require alike", () => {
    const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
    const print = "console.log(Object.keys(library).sort().join())";
    const imported = run("--input-type=module", "-e", `import * as library from "shiftline"; ${print}`);
    const required = run("-e", `const library = require("shiftline"); ${print}`);
    expect([imported.status, required.status], imported.stderr + required.stderr).toEqual([0, 0]);
    expect(imported.stdout).toContain("evaluate");
    expect(required.stdout.split(",")).toEqual(expect.arrayContaining(imported.stdout.trim().split(",").slice(1, -1)));
  });
});
