// Before npm pack and npm publish: builds dist/ from nothing, so that no file of a removed source is packed.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./set-up.mjs";

rmSync(join(root, "dist"), { recursive: true, force: true });
process.exitCode = run(process.execPath, [join("scripts", "build.mjs")]);
