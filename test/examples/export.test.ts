import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../app/cli/run-cli.ts";
import { skipUnless } from "../require.ts";

const python = (...args: string[]) => spawnSync("python3", args, { cwd: root, encoding: "utf8" });
const isThere = python("--version").status === 0;

const SCRIPTS = [
  ["export/open_clip_export.py", "model"],
  ["export/hugging_face_export.py", "model"],
  ["convert/compare.py", "weights"],
] as const;

describe.skipIf(skipUnless("python", isThere, "no python3: install it"))("the scripts in Python", () => {
  for (const [file, first] of SCRIPTS) {
    const path = join("examples", file);
    const script = basename(file);

    it(`${script} prints its usage without the packages that it needs to run`, () => {
      const help = python("-S", path, "--help");
      expect(help.status, help.stderr).toBe(0);
      expect(help.stdout).toContain(`python ${script}`);
    });

    it(`${script} names what is missing when called without arguments`, () => {
      const bare = python("-S", path);
      expect(bare.status).toBe(2);
      expect(bare.stderr).toContain(`the following arguments are required: ${first}`);
      expect(bare.stderr).not.toContain("Traceback");
    });
  }
});
