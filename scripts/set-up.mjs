// Installs the packages and builds dist/, each only when something it depends on has changed. Needs only Node and its npm; the
// install runs no scripts of packages.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

const BUILT = join(root, "dist", ".shiftline-built");

/** Makes the checkout ready to run. Reports its actions on stderr; prints nothing when there is nothing to do. */
export function setUp() {
  checkNode();
  install(".", "installing packages from the npm registry (once)");
  const settings = [
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
    join("scripts", "build.mjs"),
    join("scripts", "build-page.mjs"),
  ];
  const sources = digest([...settings, ...filesBelow("src")]);
  if (stamp(BUILT) !== sources) {
    say("building dist/");
    rmSync(join(root, "dist"), { recursive: true, force: true });
    npm(["run", "--silent", "build"]);
    writeFileSync(BUILT, sources);
  }
}

/** Runs `npm ci` in a folder of the checkout, unless it has run with this lockfile. */
export function install(folder, what) {
  const installed = join(root, folder, "node_modules", ".shiftline-installed");
  const lock = digest(["package-lock.json", "package.json", ".npmrc"].map((name) => join(folder, name)));
  if (stamp(installed) === lock) return;
  say(what);
  npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: join(root, folder) });
  writeFileSync(installed, lock);
}

/** Runs a program in the project's folder connected to the terminal. @returns its exit status */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** Runs a program of a package in node_modules. */
export function runBin(name, args, options) {
  return run(process.execPath, [join(root, "node_modules", ...name.split("/")), ...args], options);
}

function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  const status = cli?.endsWith(".js")
    ? run(process.execPath, [cli, ...args], options)
    : run("npm", args, { ...options, shell: process.platform === "win32" });
  if (status !== 0) {
    say(`npm ${args[0]} failed with status ${status}; see its message above`);
    process.exit(status);
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`needs Node 20.19 or newer, this is ${process.versions.node}; get it from nodejs.org or your package manager`);
  process.exit(1);
}

function digest(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function stamp(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function say(text) {
  process.stderr.write(`shiftline: ${text}\n`);
}
