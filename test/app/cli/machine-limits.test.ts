import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeExit } from "../../../src/app/cli/exit-status.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { checkWritable } from "../../../src/foundation/files/atomic-write.ts";
import { nativeLibraryError } from "../../../src/foundation/native-library.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { asNobody } from "../../permissions.ts";
import { skipUnless } from "../../require.ts";
import { lacksPermissions } from "../../system.ts";
import { checkpoints, cli, demo, root, shiftline as runHere } from "./run-cli.ts";

/** What a shell needs to give a command a private view of the file system, as in a container. */
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
const mounting = describe.skipIf(
  skipUnless("mounts", canMount, "no process here may mount a file system for itself alone (unshare -rm)"),
);

function inOwnMounts(script: string) {
  const result = spawnSync("unshare", ["-rm", "bash", "-euc", script], { cwd: root, encoding: "utf8" });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

const shiftline = `${process.execPath} ${cli}`;
const evaluate = `evaluate ${join(checkpoints, "vit-open-clip")} --data-dir imagenet=${demo} --allow-incomplete --templates single-1`;

mounting("a library of the system's own that cannot be loaded", () => {
  const find = (folder: string, name: RegExp) => {
    const path = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((entry) => name.test(entry));
    return join(folder, path as string);
  };
  const runtime = join(root, "node_modules", "onnxruntime-node", "bin");
  const sharp = join(root, "node_modules", "@img", `sharp-${process.platform}-${process.arch}`);

  it.each([
    ["onnxruntime", find(runtime, new RegExp(`${process.platform}/${process.arch}/libonnxruntime`)), evaluate],
    ["onnxruntime", find(runtime, new RegExp(`${process.platform}/${process.arch}/libonnxruntime`)), "inspect"],
    ["sharp", find(sharp, /\.node$/), `${evaluate} --skip-unreadable`],
    ["sharp", find(sharp, /\.node$/), "inspect --deep"],
  ])("is reported as an unsupported system, not as a defect: %s", (name, library, command) => {
    const folder = writeTree(temporaryFolder(), { empty: "" });
    const what = command.includes("deep") ? demo : join(checkpoints, "vit-open-clip");
    const args = command.startsWith("evaluate")
      ? `${command} --out ${folder}/results`
      : `${command} ${what} --store ${folder}`;
    const result = inOwnMounts(`mount --bind ${folder}/empty ${library}; ${shiftline} ${args}`);
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toMatch(new RegExp(`shiftline: ${name}, which .*, cannot be loaded on this system`));
    expect(result.stderr).toMatch(/supported: Linux on x64 or arm64 with glibc 2\.28 or newer/);
  });
});

describe("a native library that a package lacks for the system", () => {
  it("is distinguished from the machine's limits", () => {
    const missing = Object.assign(new Error("Cannot find module '../bin/x.node'"), { code: "MODULE_NOT_FOUND" });
    expect(nativeLibraryError("onnxruntime", missing)).toBeInstanceOf(InputError);
    const limit = Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });
    expect(nativeLibraryError("onnxruntime", limit)).toBe(limit);
  });
});

mounting("a disk that is full", () => {
  it("stops the work and is named; with space, the work resumes and gives the bytes of an uninterrupted run", async () => {
    const folder = temporaryFolder();
    const run = `${shiftline} ${evaluate} --out /mnt/results --store /mnt/store`;
    const predictions = join("vit-open-clip", "imagenet", "1000", "single-1", "predictions.csv");
    const script = [
      "mount -t tmpfs -o size=100k none /mnt",
      `status=0; ${run} > ${folder}/stdout 2> ${folder}/stderr || status=$?; echo $status > ${folder}/status`,
      "mount -o remount,size=40m /mnt",
      run,
      `cp /mnt/results/${predictions} ${folder}`,
    ];
    const result = inOwnMounts(script.join("\n"));
    expect(result.status, result.stderr).toBe(0);
    const read = (name: string) => readFileSync(join(folder, name), "utf8");
    expect([read("status"), read("stdout")]).toEqual(["1\n", ""]);
    expect(read("stderr")).toMatch(/the disk is full; free some space and run the same command again/);
    expect(read("stderr")).not.toMatch(/ {4}at |defect/);
    const whole = join(folder, "whole");
    expect((await runHere([...evaluate.split(" "), "--out", whole])).status).toBe(0);
    expect(read("predictions.csv")).toBe(readFileSync(join(whole, predictions), "utf8"));
  });
});

mounting("a file system that is read-only", () => {
  it.each([
    [evaluate, "results", "--out"],
    [`${evaluate} --out ELSEWHERE/results --store store`, "store", "--store"],
    ["fit openclip --out results", "results", ""],
    ["report openclip --out results/report.html", "results", ""],
    [`inspect ${demo} --deep`, ".shiftline/store", ""],
  ])("is named before the work: %s", (command, place, option) => {
    const script = `mount -t tmpfs none /mnt; mount -o remount,ro /mnt; cd /mnt; ${shiftline} ${command.replace("ELSEWHERE", temporaryFolder())}`;
    const result = inOwnMounts(script);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(new RegExp(`shiftline: ${place}.*: cannot write: the file system is read-only`));
    if (option !== "") expect(result.stderr).toContain(`choose another path with ${option}`);
    expect(result.stderr).not.toMatch(/prompts \d/);
  });
});

describe("checkWritable", () => {
  it.skipIf(lacksPermissions)("checks the folder or its nearest existing parent, and creates nothing", async () => {
    const folder = writeTree(temporaryFolder(), { file: "" });
    await checkWritable(join(folder, "a", "b"), "--out");
    expect(existsSync(join(folder, "a"))).toBe(false);
    await expect(checkWritable(join(folder, "file", "a"), "--out")).rejects.toThrow(InputError);
    mkdirSync(join(folder, "closed"), { mode: 0o555 });
    const asked = asNobody(async () => checkWritable(join(folder, "closed", "a"), "--out"));
    await expect(asked).rejects.toThrow(/cannot write: no permission to write there; choose another path with --out$/);
  });
});

describe.skipIf(process.platform === "win32")("a limit on open files", () => {
  it.each([24, 48, 64])("of %i is named, and is not a defect", (limit) => {
    const out = join(temporaryFolder(), "results");
    const script = `ulimit -n ${limit}; exec ${shiftline} ${evaluate} --out ${out}`;
    const result = spawnSync("bash", ["-c", script], { cwd: root, encoding: "utf8" });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^shiftline: .*too many open files; raise the limit with ulimit -n/m);
  });
});

describe("an unexpected error", () => {
  it("is a defect with its stack, unless the machine's limits are its cause", () => {
    expect(describeExit(new TypeError("x is not a function"))).toMatchObject({ status: 70 });
    expect(describeExit(new TypeError("x is not a function")).text).toMatch(/this is a bug.*\nTypeError: x is/);
    expect(describeExit(Object.assign(new Error("ENOENT"), { code: "ENOENT" }))).toMatchObject({ status: 70 });
    const full = Object.assign(new Error("ENFILE"), { code: "ENFILE", path: "/a" });
    expect(describeExit(new Error("wrapped", { cause: full }))).toEqual({
      status: 1,
      text: "shiftline: /a: the system has too many open files; close other programs",
    });
  });
});
