// Builds the documentation site: every Markdown file of the repository at its path (a README as its folder's index), the files
// they link to as pages that show them, and the API reference from the docstrings. scripts/docs.mjs runs it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import { markdownFiles } from "./markdown-files.ts";
import { markdownLinks, markdownTitle } from "./markdown-links.ts";

interface SidebarItem {
  readonly text: string;
  readonly link: string;
}

interface SidebarSection {
  readonly text: string;
  readonly items: readonly SidebarItem[];
  readonly collapsed?: boolean;
}

const root = join(import.meta.dirname, "..");
const site = join(root, "site");
const pages = join(site, "pages");
const IMAGES = new Set([".png", ".svg", ".jpg", ".jpeg", ".webp", ".gif"]);
/** Largest linked file shown as a page. */
const MAX_SOURCE_BYTES = 200_000;

rmSync(pages, { recursive: true, force: true });
rmSync(join(site, "dist"), { recursive: true, force: true });
const files = markdownFiles(root).filter((path) => !path.startsWith("site/"));
for (const path of files) writePage(path);
runTool("typedoc/bin/typedoc", ["--options", join(site, "typedoc.json"), "--logLevel", "Warn"]);
writeFileSync(join(pages, "sidebar.json"), JSON.stringify(sidebar(), null, 2));
runTool("vitepress/bin/vitepress.js", ["build", site]);

function runTool(name: string, args: readonly string[]): void {
  const program = join(site, "node_modules", ...name.split("/"));
  const { status } = spawnSync(process.execPath, [program, ...args], { cwd: site, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** Copies a Markdown file, its images and the files it links to, with links that are right on the site. */
function writePage(path: string): void {
  const text = readFileSync(join(root, path), "utf8");
  let page = "";
  let end = 0;
  for (const { target, at, isImage } of markdownLinks(text)) {
    page += text.slice(end, at) + (isImage ? imageLink(path, target) : pageLink(path, target));
    end = at + target.length;
  }
  write(pageOf(path), page + text.slice(end));
}

/** Where a Markdown file is on the site. */
function pageOf(path: string): string {
  return path.replace(/(^|\/)README\.md$/, "$1index.md");
}

function imageLink(path: string, target: string): string {
  if (/^[a-z]+:/.test(target)) return target;
  const image = posix.join(dirname(path), target);
  copy(image);
  return relativeTo(path, image);
}

function pageLink(path: string, target: string): string {
  if (/^(?:[a-z]+:|#)/.test(target)) return target;
  const [file = "", anchor] = target.split("#");
  const linked = posix.join(dirname(path), decodeURI(file));
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (files.includes(linked)) return relativeTo(path, pageOf(linked)) + hash;
  return relativeTo(path, sourcePage(linked)) + hash;
}

/** A link that starts with a dot: Vue resolves an HTML attribute as a path only then. */
function relativeTo(path: string, target: string): string {
  const link = posix.relative(dirname(path), target);
  return link.startsWith(".") ? link : `./${link}`;
}

/** Writes a page that shows a file that is no Markdown. @returns the page's path */
function sourcePage(path: string): string {
  const page = `${path}.md`;
  const extension = extname(path).slice(1);
  if (IMAGES.has(`.${extension}`)) {
    copy(path);
    write(page, `# ${path}\n\n![${path}](./${posix.basename(path)})\n`);
    return page;
  }
  const text = readFileSync(join(root, path), "utf8");
  if (text.length > MAX_SOURCE_BYTES)
    throw new Error(`${path}: too large to show on the site; link to its folder's README`);
  const language = { bib: "bibtex", cff: "yaml", csv: "csv", py: "python" }[extension] ?? extension;
  write(page, `# ${path}\n\n\`\`\`\`\`\`${language}\n${text}\n\`\`\`\`\`\`\n`);
  return page;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(pages, path)), { recursive: true });
  writeFileSync(join(pages, path), text);
}

function copy(path: string): void {
  mkdirSync(dirname(join(pages, path)), { recursive: true });
  cpSync(join(root, path), join(pages, path));
}

/**
 * Guides and reference pages in the order in which docs/README.md links to them, then the rest by name. Pages without a
 * title, which programs write, are reached by links alone.
 */
function sidebar(): SidebarSection[] {
  const contents = files.includes("docs/README.md") ? readFileSync(join(root, "docs/README.md"), "utf8") : "";
  const order = markdownLinks(contents).map(({ target }) => posix.join("docs", target.replace(/#.*/, "")));
  const place = (path: string): number => (order.includes(path) ? order.indexOf(path) : order.length);
  const section = (text: string, belongs: (path: string) => boolean): SidebarSection => ({
    text,
    items: files
      .filter(belongs)
      .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
      .flatMap((path) => {
        const title = markdownTitle(readFileSync(join(root, path), "utf8"));
        return title === undefined ? [] : [{ text: title, link: `/${pageOf(path).replace(/(?:index)?\.md$/, "")}` }];
      }),
  });
  const isProject = (path: string): boolean =>
    ["CHANGELOG.md", "CONTRIBUTING.md", "BENCHMARKS.md", "bench/README.md", "test/README.md"].includes(path);
  const sections = [
    section("Overview", (path) => ["README.md", "docs/README.md"].includes(path)),
    section("Guides", (path) => /^docs\/(?:guides\/)?[^/]+\.md$/.test(path) && path !== "docs/README.md"),
    section("Reference", (path) => path.startsWith("docs/reference/")),
    section("What ships", (path) => /^(?:benchmarks|prompts|architectures)\//.test(path)),
    section("Examples", (path) => path.startsWith("examples/")),
    section("Project", isProject),
  ];
  return [...sections.filter(({ items }) => items.length > 0), ...apiSections()];
}

/** A section for each kind of export, as TypeDoc puts them into folders. */
function apiSections(): SidebarSection[] {
  const kinds = readdirSync(join(pages, "api"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return kinds.map(({ name }) => ({
    text: `API: ${name.replaceAll("-", " ")}`,
    collapsed: true,
    items: readdirSync(join(pages, "api", name))
      .sort()
      .map((file) => ({ text: file.replace(/\.md$/, ""), link: `/api/${name}/${file.replace(/\.md$/, "")}` })),
  }));
}
