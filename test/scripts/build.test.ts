import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { cli } from "../app/cli/run-cli.ts";

describe.skipIf(process.platform === "win32")("npm run build", () => {
  it("makes the command executable, so that npx can run it", () => {
    expect(statSync(cli).mode & 0o111).toBe(0o111);
    const { status, stdout } = spawnSync(cli, ["--help"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toContain("Usage: shiftline");
  });
});
