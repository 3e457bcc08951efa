import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { root } from "./app/cli/run-cli.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const manifest = JSON.parse(read("package.json")) as {
  readonly version: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
};

/** The fields of the Citation File Format 1.2.0 that this project uses. */
const citation = z.strictObject({
  "cff-version": z.literal("1.2.0"),
  message: z.string().min(1),
  title: z.string().min(1),
  abstract: z.string().min(1),
  type: z.enum(["software", "dataset"]),
  authors: z.array(z.strictObject({ name: z.string().min(1) })).min(1),
  version: z.string(),
  "date-released": z.iso.date(),
  license: z.string(),
  "repository-code": z.url().optional(),
  keywords: z.array(z.string().min(1)).min(1),
});

describe("a version", () => {
  it("is the same in package.json, its lock, CITATION.cff and CHANGELOG.md", () => {
    const lock = JSON.parse(read("package-lock.json")) as { version: string; packages: { "": { version: string } } };
    const { version, "date-released": date, license } = citation.parse(parse(read("CITATION.cff")));
    const [first, latest] = [...read("CHANGELOG.md").matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect([lock.version, lock.packages[""].version, version]).toEqual(Array(3).fill(manifest.version));
    expect([first, latest]).toEqual(["Unreleased", `${manifest.version} - ${date}`]);
    expect(license).toBe(manifest.license);
  });
});

describe("the issue forms", () => {
  const label = z.string().min(1);
  const validations = z.strictObject({ required: z.boolean() }).optional();
  const text = { label, description: z.string().optional(), placeholder: z.string().optional() };
  const element = z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("markdown"), attributes: z.strictObject({ value: label }) }),
    z.strictObject({ type: z.literal("input"), id: label, attributes: z.strictObject(text), validations }),
    z.strictObject({
      type: z.literal("textarea"),
      id: label,
      attributes: z.strictObject({ ...text, render: z.string().optional() }),
      validations,
    }),
  ]);
  const form = z.strictObject({
    name: label,
    description: label,
    labels: z.array(label).min(1),
    body: z.array(element).min(1),
  });
  const folder = ".github/ISSUE_TEMPLATE";
  const readForm = (name: string) => form.parse(parse(read(`${folder}/${name}`)));

  it("have the fields that GitHub accepts", () => {
    const names = readdirSync(join(root, folder)).filter((name) => name !== "config.yml");
    expect(names.sort()).toEqual(["crash.yml", "feature.yml", "wrong-number.yml"]);
    for (const name of names) {
      const ids = readForm(name).body.flatMap((field) => ("id" in field ? [field.id] : []));
      expect(new Set(ids).size, name).toBe(ids.length);
    }
  });

  it("ask for the causes of a wrong number", () => {
    const required = readForm("wrong-number.yml").body.flatMap((field) =>
      "id" in field && field.validations?.required === true ? [field.id] : [],
    );
    expect(required).toEqual(["number", "expected", "source", "command", "run"]);
  });
});

describe("the public checks", () => {
  const text = read(".github/workflows/ci.yml");
  const step = z.object({ uses: z.string().optional(), run: z.string().optional() });
  const workflow = z.object({ jobs: z.record(z.string(), z.object({ steps: z.array(step).min(1) })) });
  const jobs = workflow.parse(parse(text)).jobs;
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  it("run the tests on every system, with the oldest Node that the package supports and two newer ones", () => {
    expect(jobs.test?.steps.at(-1)?.run).toBe("npm test");
    const { node, system } = parse(text).jobs.test.strategy.matrix as Record<string, string[]>;
    expect(node).toEqual(["20", "22", "24"]);
    expect(manifest.engines.node).toMatch(/^>=20\./);
    expect(system?.map((name) => name.split("-")[0])).toEqual(["ubuntu", "macos", "windows"]);
    expect(jobs.complete?.steps.at(-1)?.run).toBe(".ci/run");
  });

  it("pin every action to a version, and use scripts that exist", () => {
    for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^actions\/[\w-]+@v\d+\.\d+\.\d+$/);
    const scripts = steps.flatMap(({ run = "" }) => [...run.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name));
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((name) => !((name as string) in manifest.scripts))).toEqual([]);
  });

  it("state what is untested", () => {
    expect(text).toMatch(/^# Untried: this file has not run yet\./m);
  });
});

describe(".editorconfig", () => {
  it("agrees with the formatter", () => {
    const { formatter } = JSON.parse(read("biome.json")) as {
      formatter: { indentStyle: string; indentWidth: number; lineWidth: number };
    };
    const [, common = ""] = /\[\*\]\n([\s\S]*?)\n\n/.exec(read(".editorconfig")) ?? [];
    const settings = Object.fromEntries(common.split("\n").map((line) => line.split(" = ")));
    const { indentStyle, indentWidth, lineWidth } = formatter;
    expect([settings.indent_style, settings.indent_size, settings.max_line_length]).toEqual([
      indentStyle,
      `${indentWidth}`,
      `${lineWidth}`,
    ]);
  });
});
