import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sameCommand } from "../../../src/app/cli/same-command.ts";
import { lacksShell } from "../../system.ts";

describe("the command to resume with", () => {
  it("starts the program in the same way", () => {
    const args = ["evaluate", "clip", "--data", "/my data"];
    const node = "/usr/bin/node";
    expect(sameCommand([node, "/usr/bin/shiftline", ...args], {})).toBe("shiftline evaluate clip --data '/my data'");
    const npx = { npm_command: "exec" };
    expect(sameCommand([node, "/x/.bin/shiftline", "list"], npx)).toBe("npx shiftline list");
    expect(sameCommand([node, "dist/cli.js", "list"], npx)).toBe("node dist/cli.js list");
  });

  it.skipIf(lacksShell)("is read back by a shell word for word", () => {
    const word = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        const line = sameCommand(["node", "shiftline", ...words], {}).replace(/^shiftline/, "printf '%s\\0'");
        const said = words.length === 0 ? "" : execFileSync("sh", ["-c", line], { encoding: "utf8" });
        expect(said).toBe(words.map((word) => `${word}\0`).join(""));
      }),
      { numRuns: 40 },
    );
  });
});
