import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { markdownFiles } from "../../scripts/markdown-files.ts";
import { githubAnchor, markdownAnchors, markdownLinks } from "../../scripts/markdown-links.ts";
import { root } from "../app/cli/run-cli.ts";

const files = markdownFiles(root);
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

describe("links of the Markdown files", () => {
  it("point to existing files and headings of this repository", () => {
    expect(files.length).toBeGreaterThan(20);
    const anchors = new Map(files.map((path) => [path, markdownAnchors(textOf(path))]));
    const broken: string[] = [];
    let tried = 0;
    for (const path of files) {
      for (const { target, line } of markdownLinks(textOf(path))) {
        if (/^[a-z][a-z\d+.-]*:/i.test(target)) continue;
        tried++;
        const [file = "", anchor] = decodeURI(target).split("#");
        const linked = file === "" ? path : relative(root, join(root, dirname(path), file));
        const where = `${path}:${line}: ${target}`;
        if (linked.startsWith("..") || !existsSync(join(root, linked))) broken.push(`${where}: no such file`);
        else if (anchor !== undefined && !anchors.get(linked)?.has(anchor)) broken.push(`${where}: no such heading`);
      }
    }
    expect(broken).toEqual([]);
    expect(tried).toBeGreaterThan(60);
  });

  it("do not contain a path of a machine", () => {
    const absolute = files.flatMap((path) =>
      markdownLinks(textOf(path))
        .filter(({ target }) => /^(?:\/|file:|[a-z]:\\|http:\/\/localhost)/i.test(target))
        .map(({ target, line }) => `${path}:${line}: ${target}`),
    );
    expect(absolute).toEqual([]);
  });

  it("name existing sources in backticks", () => {
    // Full paths only; a bare name is relative to the folder that the sentence names
    const missing = files
      .filter((path) => path !== "CHANGELOG.md")
      .flatMap((path) =>
        [...textOf(path).matchAll(/`((?:src|test|scripts|bench|site)\/[\w./-]+\.\w+)`/g)]
          .map(([, named]) => named as string)
          .filter((named) => !existsSync(join(root, named)))
          .map((named) => `${path}: ${named}`),
      );
    expect(missing).toEqual([]);
  });
});

describe("the parser of Markdown links", () => {
  it("finds links, images, definitions and HTML, and ignores code and comments", () => {
    const text = [
      '[a](a.md#x "title") and ![b](b.png) [![c](c.svg)](c.md) [`d[0]`](d.md)',
      "[e]: e.md",
      '<picture><source srcset="f.svg"><img alt="" src="g.svg"></picture>',
      "`[no](no.md)` and ``[no](`no`.md)``",
      "<!-- [no](no.md) -->",
      "```md",
      "[no](no.md)",
      "```",
    ].join("\n");
    const links = markdownLinks(text);
    expect(links.map(({ target }) => target)).toEqual([
      ...["a.md#x", "b.png", "c.svg", "c.md", "d.md", "e.md", "f.svg", "g.svg"],
    ]);
    expect(links.filter(({ isImage }) => isImage).map(({ target }) => target)).toEqual([
      ...["b.png", "c.svg", "f.svg", "g.svg"],
    ]);
    for (const { target, at, line } of links) {
      expect(text.slice(at, at + target.length)).toBe(target);
      expect(text.split("\n")[line - 1]).toContain(target);
    }
  });

  it("gives headings GitHub's anchors", () => {
    expect(githubAnchor("Accuracies of 0 and 1: the binomial line")).toBe("accuracies-of-0-and-1-the-binomial-line");
    expect(githubAnchor("F, or pairs?")).toBe("f-or-pairs");
    expect(githubAnchor("a - b_c")).toBe("a---b_c");
    const text = '# A `--flag` of [it](x.md)\n## Same\n## Same\n```sh\n# no heading\n```\n<a id="kept"></a>\n';
    expect([...markdownAnchors(text)]).toEqual(["a---flag-of-it", "same", "same-1", "kept"]);
  });
});
