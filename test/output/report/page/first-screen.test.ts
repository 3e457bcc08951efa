import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { shiftline } from "../../../app/cli/run-cli.ts";
import { makeResults } from "../../make-results.ts";
import { closeBrowser, openReport, withoutBrowser } from "./browser.ts";

const suite = mkdtempSync(join(tmpdir(), "shiftline-first-screen-"));
/** What a tab has where it has no table. */
const CONTENT: Readonly<Record<string, string>> = { "tab=agreement": "canvas", "tab=images": ".image-tile" };
const TABS = ["", "compare", "images", "classes", "agreement", "runs"] as const;
let mine: string;
let two: string;

async function render(name: string, checkpoints: readonly string[]): Promise<string> {
  const out = join(suite, `${name}.html`);
  const folder = makeResults(join(suite, name), { checkpoints, imagesPerClass: 2 });
  const { status } = await shiftline(["report", folder, "openclip", "--no-figures", "--quiet", "--out", out]);
  expect(status).toBe(0);
  return out;
}

describe.skipIf(withoutBrowser)("the report's first screen", () => {
  beforeAll(async () => {
    mine = await render("mine", ["my-vit-b-32-dedup-epoch-30"]);
    two = await render("two", ["first-recipe", "second-recipe"]);
  });
  afterAll(async () => {
    await closeBrowser();
    rmSync(suite, { recursive: true, force: true });
  });

  for (const size of [
    { width: 1280, height: 720 },
    { width: 390, height: 844 },
  ]) {
    it(`holds question, answer, plot with the user's point named, and why, at ${size.width} × ${size.height}`, async () => {
      for (const report of [mine, two]) {
        const { page, errors } = await openReport(report, { viewport: size });
        await page.waitForSelector(".why-classes");
        for (const part of ["h1", ".answer", ".plot-area", ".why-list", ".why-classes", ".why-context"]) {
          expect(await bottomOf(page, part), part).toBeLessThanOrEqual(size.height);
        }
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
        const labels = (await page.locator("#plot .label").allTextContents()).join(" ");
        expect(labels).toContain(report === mine ? "my-vit-b-32-dedup-epoch-30" : "first-recipe");
        expect(errors).toEqual([]);
      }
    });
  }

  it("states the number of images of its answer, and puts the user's checkpoint first in every table", async () => {
    const { page } = await openReport(mine);
    expect(await page.locator("h1").textContent()).toBe(
      "Is my-vit-b-32-dedup-epoch-30 more robust than openai-clip at equal ImageNet accuracy?",
    );
    const answer = (await page.locator(".answer p").first().textContent()) ?? "";
    expect(answer).toContain("on 2,000 of 50,000 images of ImageNet");
    expect(answer).toMatch(/^Open: .*an extrapolation, no verdict/);
    for (const table of ["#robustness", "#accuracies"]) {
      expect(await page.locator(`${table} tbody tr`).first().locator("a.name").textContent()).toBe(
        "my-vit-b-32-dedup-epoch-30",
      );
    }
    expect(await page.locator("#plot .context circle, #plot .context path").count()).toBeGreaterThan(20);
  });

  it("zooms by wheel with Ctrl, drag, buttons and keys, keeps the window in the address, and returns", async () => {
    const { page, errors } = await openReport(mine);
    const frame = page.locator(".plot-frame");
    const box = await frame.boundingBox();
    if (box === null) throw new Error("no plot");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const ticks = async () => (await page.locator("#plot svg").first().textContent()) ?? "";
    const first = await ticks();
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -300);
    expect(await ticks()).toBe(first);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -300);
    await page.keyboard.up("Control");
    await expect.poll(() => page.url()).toMatch(/zoom=[\d._]+/);
    const closer = await ticks();
    expect(closer).not.toBe(first);
    await page.mouse.down();
    await page.mouse.move(x + 80, y + 40, { steps: 4 });
    await page.mouse.up();
    await expect.poll(ticks).not.toBe(closer);
    expect(await page.locator("h1").textContent()).toContain("more robust"); // a drag opens no checkpoint
    // The key may come before the drag is drawn
    await vi.waitFor(async () => {
      await frame.focus();
      await page.keyboard.press("0");
      expect(await ticks()).toBe(first);
    });
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(ticks).not.toBe(first);
    await expect.poll(() => page.url()).toMatch(/zoom=[\d._]+/);
    const again = await openReport(mine, { hash: new URL(page.url()).hash });
    await expect.poll(() => again.page.locator("#plot svg").first().textContent()).not.toBe(first);
    await page.getByRole("button", { name: "Reset the view" }).click();
    await expect.poll(ticks).toBe(first);
    await page.getByRole("button", { name: "Show all", exact: true }).click();
    await expect.poll(() => page.locator(".plot-outside").count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it("zooms by a pinch, and opens no checkpoint by it", async () => {
    const { page, errors } = await openReport(mine, { viewport: { width: 390, height: 844 }, hasTouch: true });
    const box = await page.locator(".plot-frame").boundingBox();
    if (box === null) throw new Error("no plot");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const session = await page.context().newCDPSession(page);
    const touch = async (type: "touchStart" | "touchMove" | "touchEnd", apart: number) => {
      const touchPoints = type === "touchEnd" ? [] : [-apart, apart].map((dx, id) => ({ x: x + dx, y, id }));
      await session.send("Input.dispatchTouchEvent", { type, touchPoints });
    };
    const ticks = () => page.locator("#plot svg").first().textContent();
    const first = await ticks();
    await touch("touchStart", 30);
    for (const apart of [40, 60, 80]) await touch("touchMove", apart);
    await touch("touchEnd", 0);
    await expect.poll(ticks).not.toBe(first);
    await expect.poll(() => page.url()).toMatch(/zoom=[\d._]+$/);
    expect(errors).toEqual([]);
  });

  it("has real links: to checkpoints, tabs and shifts, which open beside the page too", async () => {
    const { page } = await openReport(two);
    const href = await page.locator("#accuracies a.name").first().getAttribute("href");
    expect(href).toBe("#checkpoint=first-recipe");
    await page.goto(new URL(href as string, page.url()).href);
    await expect.poll(() => page.locator("h1").textContent()).toBe("first-recipe");
    await page.goBack();
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    await expect.poll(() => page.locator("h1").textContent()).toBe("first-recipe and second-recipe");
    expect(page.url()).toMatch(/#tab=compare$/);
    // What is folded is printed too
    await page.waitForSelector("#compare details");
    const folded = () => page.locator("#compare details:not([open])").count();
    expect(await folded()).toBe(1);
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    expect(await folded()).toBe(0);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has nothing that axe-core objects to, on any tab, ${colorScheme}`, async () => {
      const { page } = await openReport(two, { colorScheme });
      for (const tab of [...TABS.map((id) => `tab=${id}`), "checkpoint=first-recipe"]) {
        await page.evaluate((hash) => {
          location.hash = hash;
        }, tab);
        await page.waitForSelector(CONTENT[tab] ?? "main table tbody tr");
        const axe = new AxeBuilder({ page }).setLegacyMode();
        // In the dark only colors are others
        const { violations } = await (colorScheme === "dark" ? axe.withRules("color-contrast") : axe).analyze();
        const said = violations.map(
          ({ id, nodes }) =>
            `${tab} ${id}: ${nodes
              .slice(0, 3)
              .map(({ html }) => html)
              .join(" ")}`,
        );
        expect(said).toEqual([]);
      }
    });
  }
});

async function bottomOf(page: Page, part: string): Promise<number> {
  return await page.evaluate((selector) => {
    const { bottom, height } = (document.querySelector(selector) as Element).getBoundingClientRect();
    return height === 0 ? Number.POSITIVE_INFINITY : bottom;
  }, part);
}
