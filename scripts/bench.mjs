// npm run bench [-- NAME [ARGUMENTS]]: sets up the checkout, then runs one benchmark of bench/, or lists them.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root, runBin, setUp } from "./set-up.mjs";

setUp();
const [name, ...args] = process.argv.slice(2);
const known = readdirSync(join(root, "bench"))
  .filter((file) => file.endsWith(".ts") && !file.startsWith("_"))
  .map((file) => file.slice(0, -".ts".length));
if (name !== undefined && known.includes(name)) {
  process.exitCode = runBin("tsx/dist/cli.mjs", [join("bench", `${name}.ts`), ...args]);
} else {
  console.error(
    `npm run bench -- NAME [ARGUMENTS], where NAME is one of ${known.join(", ")}; bench/README.md describes them`,
  );
  process.exitCode = name === undefined ? 0 : 2;
}
