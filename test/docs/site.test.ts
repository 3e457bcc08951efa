import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type FolderServer, serveFolder } from "../../scripts/serve-folder.ts";
import { root } from "../app/cli/run-cli.ts";
import { CHROMIUM_ARGS, chromiumPath } from "../output/report/page/chromium.ts";
import { skipUnless } from "../require.ts";

const dist = join(root, "site", "dist");
const notBuilt = skipUnless(
  "docs",
  existsSync(join(dist, "index.html")),
  "the documentation site is not built here (npm run docs)",
);
const noBrowser = skipUnless(
  "chromium",
  chromiumPath !== undefined,
  "no Chromium here (apt-get install chromium, or name one in CHROMIUM), so the documentation is not opened",
);

const filesOf = (pattern: RegExp) =>
  readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((path) => pattern.test(path));
const textOf = (path: string) => readFileSync(join(dist, path), "utf8");
/** The path that the site was built for (SITE_BASE). */
const baseOf = () => /<link [^>]*href="([^"]*\/)assets\/[^"]*\.css"/.exec(textOf("index.html"))?.[1] as string;

describe.skipIf(notBuilt)("the documentation site", () => {
  it("has a page for every guide, reference page and export", () => {
    const pages = filesOf(/\.html$/);
    expect(pages).toEqual(expect.arrayContaining(["index.html", "CHANGELOG.html", "BENCHMARKS.html"]));
    expect(pages).toEqual(expect.arrayContaining(["api/index.html", "api/functions/evaluate.html"]));
    const written = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".md"),
    );
    for (const path of written) {
      expect(pages).toContain(`docs/${path.replace(/(^|\/)README\.md$/, "$1index.md").replace(/\.md$/, ".html")}`);
    }
  });

  it("links only to existing pages and headings", () => {
    const base = baseOf();
    const pages = new Map(filesOf(/\.html$/).map((path) => [path, textOf(path)]));
    const idsOf = new Map(
      [...pages].map(([path, text]) => [path, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
    );
    const broken: string[] = [];
    for (const [path, text] of pages) {
      for (const [, href] of text.matchAll(/<a [^>]*href="([^"]+)"/g)) {
        if (/^[a-z]+:/.test(href as string)) continue;
        const url = new URL(href as string, `http://site${base}${path}`);
        const inside = decodeURI(url.pathname).slice(base.length);
        const target = inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside;
        const file = [target, `${target}.html`].find((name) => pages.has(name));
        if (!url.pathname.startsWith(base) || file === undefined) broken.push(`${path}: ${href}: no such page`);
        else if (url.hash !== "" && !idsOf.get(file)?.has(decodeURI(url.hash.slice(1)))) {
          broken.push(`${path}: ${href}: no such heading`);
        }
      }
    }
    expect([...new Set(broken)]).toEqual([]);
  });

  it("loads nothing from other hosts", () => {
    const loaded = [
      ...filesOf(/\.html$/).flatMap((path) =>
        [
          ...textOf(path).matchAll(/<(?:script|link|img|source|iframe|video)\b[^>]*\b(?:src|href|srcset)="([^"]+)"/g),
        ].map(([, url]) => `${path}: ${url}`),
      ),
      ...filesOf(/\.css$/).flatMap((path) =>
        [...textOf(path).matchAll(/(?:url\(|@import )["']?([^"')]+)/g)].map(([, url]) => `${path}: ${url}`),
      ),
    ];
    expect(loaded.length).toBeGreaterThan(100);
    expect(loaded.filter((line) => /: (?:https?:)?\/\//.test(line))).toEqual([]);
  });
});

describe.skipIf(notBuilt || noBrowser)("the documentation site in a browser without network", () => {
  let server: FolderServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveFolder(dist, baseOf(), 0);
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: CHROMIUM_ARGS });
  });
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  /** Opens a page; `blocked` fills with requests to other hosts, `errors` with what the page reports. */
  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const blocked: string[] = [];
    const errors: string[] = [];
    await page.route(
      (url) => !url.href.startsWith(server.address) && !/^(?:data|blob):/.test(url.href),
      async (route) => {
        blocked.push(route.request().url());
        await route.abort();
      },
    );
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(server.address + path, { waitUntil: "networkidle" });
    return { page, blocked, errors };
  }

  const widthBeyondScreen = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  it("finds a page by a word in it", async () => {
    const { page, blocked, errors } = await open("");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("effective robustness");
    await page.waitForSelector(".VPLocalSearchBox .result");
    const titles = await page.locator(".VPLocalSearchBox .result").allInnerTexts();
    expect(titles.join("\n")).toMatch(/robustness/i);
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.href !== server.address);
    expect(await page.locator(".vp-doc").innerText()).toMatch(/robustness/i);
    expect(blocked).toEqual([]);
    expect(errors).toEqual([]);
  });

  it("shows its pages in light and dark mode, on a desktop and on a phone", async () => {
    const backgrounds = new Set<string>();
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 390],
    ] as const) {
      for (const path of ["", "docs/reference/statistics.html", "api/functions/evaluate.html"]) {
        const { page, blocked, errors } = await open(path, { colorScheme, viewport: { width, height: 844 } });
        backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
        expect(await widthBeyondScreen(page)).toBeLessThanOrEqual(0);
        const images = page.locator(".vp-doc img");
        for (let i = 0; i < (await images.count()); i++) {
          expect(await images.nth(i).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
        }
        expect(blocked).toEqual([]);
        expect(errors).toEqual([]);
      }
    }
    expect(backgrounds.size).toBe(2);
  });
});
