import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shiftline } from "../../../app/cli/run-cli.ts";
import { makeResults } from "../../make-results.ts";
import { closeBrowser, openReport, withoutBrowser } from "./browser.ts";

const suite = mkdtempSync(join(tmpdir(), "shiftline-images-"));
const report = join(suite, "report.html");

/** What a link to images says that they are, and how many. */
async function countOf(page: Page, show: string): Promise<number> {
  const text = await page.locator(".image-shows a", { hasText: show }).first().textContent();
  return Number(/([\d,]+)$/.exec(text ?? "")?.[1]?.replaceAll(",", ""));
}

async function tileTexts(page: Page): Promise<string[]> {
  return await page.locator(".image-view .image-tile").allInnerTexts();
}

describe.skipIf(withoutBrowser)("the browser of images", () => {
  beforeAll(async () => {
    const results = makeResults(join(suite, "results"), {
      checkpoints: ["alpha", "beta", "gamma"],
      imagesPerClass: 5,
      benchmarks: ["imagenet", "imagenet-r"],
      isVaried: true,
    });
    const { status, stderr } = await shiftline([
      ...["report", results, "--images-of", "beta", "--images-of", "alpha", "--out", report, "--no-figures"],
    ]);
    expect(stderr).toContain("Single images of 2 of 3 checkpoints are in this page, chosen: by --images-of beta,alpha");
    expect(status).toBe(0);
  }, 60_000);
  afterAll(async () => {
    await closeBrowser();
    rmSync(suite, { recursive: true, force: true });
  });

  it("shows by who is right what the comparison counts, and is linked from there", async () => {
    const { page, errors } = await openReport(report, { hash: "#tab=compare" });
    await expect.poll(() => page.locator("h1").textContent()).toBe("alpha and beta");
    const row = page.locator("#compare tbody tr", { hasText: /^R/ });
    const links = row.locator("a");
    await links.nth(1).waitFor(); // texts of links that are not there yet are none
    const [onlyFirst, onlySecond] = (await links.allTextContents()).map((text) => Number(text.replaceAll(",", "")));
    await links.first().click();
    await expect.poll(() => page.locator("h1").textContent()).toBe("Images: A alpha, B beta");
    await page.waitForSelector(".image-tile");
    expect(await countOf(page, "only A right")).toBe(onlyFirst);
    expect(await countOf(page, "only B right")).toBe(onlySecond);
    expect(await page.locator(".image-shows [aria-current]").textContent()).toMatch(/^only A right/);
    for (const text of await tileTexts(page)) expect(text).toMatch(/A\s+✓[\s\S]*B\s+✗/);
    expect(await countOf(page, "A wrong")).toBe(
      (await countOf(page, "only B right")) + (await countOf(page, "both wrong")),
    );
    await page.goBack();
    await expect.poll(() => page.locator("h1").textContent()).toBe("alpha and beta");
    expect(errors).toEqual([]);
  });

  it("has few tiles of many images at any scroll position, and moves by keys", async () => {
    const { page, errors } = await openReport(report, { hash: "#tab=images&show=all" });
    await page.waitForSelector(".image-tile");
    const size = Number(await page.locator(".image-view li").first().getAttribute("aria-setsize"));
    expect(size).toBe(5000);
    const tiles = page.locator(".image-view li");
    expect(await tiles.count()).toBeLessThan(120);
    await page.locator(".image-view li a").first().focus();
    await page.keyboard.press("End");
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest("li")?.getAttribute("aria-posinset") ?? null);
    await expect.poll(focused).toBe("5000");
    expect(await tiles.count()).toBeLessThan(120);
    await page.keyboard.press("ArrowLeft");
    await expect.poll(focused).toBe("4999");
    await page.keyboard.press("Home");
    await expect.poll(focused).toBe("1");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(".image-details tbody tr").count()).toBe(2);
    expect(page.url()).toContain("image=");
    expect(await page.locator("#images [aria-live]").textContent()).toMatch(/^Open: .+, n\d+\/ILSVRC/);
    await page.mouse.move(600, 500);
    await page.locator(".image-view").evaluate((box) => box.scrollTo(0, box.scrollHeight / 2));
    await expect
      .poll(async () => {
        const first = Number(await tiles.first().getAttribute("aria-posinset"));
        return first > 2000 && first < 3000;
      })
      .toBe(true);
    expect(errors).toEqual([]);
  });

  it("narrows by class, by prediction and by words, and keeps it in the address", async () => {
    const { page } = await openReport(report, { hash: "#tab=images" });
    await page.waitForSelector(".image-tile");
    const status = page.locator("#images [role=status]");
    await page.locator(".image-tile").first().click();
    await page.locator(".image-details td a").first().click();
    await expect.poll(() => page.url()).toMatch(/label=\d+&as=\d+/);
    const few = Number((await status.textContent())?.match(/^[\d,]+/)?.[0].replaceAll(",", ""));
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThan(11);
    const again = await openReport(report, { hash: new URL(page.url()).hash });
    await again.page.waitForSelector(".image-tile");
    expect(await tileTexts(again.page)).toEqual(await tileTexts(page));
    await page.getByRole("link", { name: "Any class" }).click();
    await page.getByLabel("Find").fill("no such image");
    await expect.poll(() => status.textContent()).toMatch(/^0 images/);
    await page.getByLabel("Find").fill("00000001");
    await expect.poll(() => page.url()).toContain("find=00000001");
  });

  it("states how to get images of other checkpoints, and that pictures are missing", async () => {
    const { page } = await openReport(report, { hash: "#tab=images&first=gamma" });
    const text = () => page.locator("#images").textContent();
    await expect.poll(text).toContain("Single images of gamma are not in this page; available are those of:");
    expect(await text()).toContain("shiftline report --images-of gamma");
    await page.locator("#images").getByRole("link", { name: "beta" }).click();
    await page.waitForSelector(".image-tile");
    expect(await text()).toContain("None has a picture in this page; more: shiftline report --thumbnails");
    await page.goto(page.url().replace(/#.*/, "#checkpoint=alpha"));
    await page.waitForSelector(".image-tile");
    expect(await page.locator("#images h2").textContent()).toBe("Images of ImageNet");
    expect(await page.getByLabel("B", { exact: true }).count()).toBe(0);
  });

  it("fits a phone, and paper has the first images with the pair's names", async () => {
    const { page } = await openReport(report, {
      hash: "#tab=images",
      viewport: { width: 360, height: 740 },
      hasTouch: true,
    });
    await page.waitForSelector(".image-tile");
    const width = () => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBeLessThanOrEqual(360);
    await page.locator(".image-tile").first().click();
    await page.waitForSelector(".image-details");
    expect(await width()).toBeLessThanOrEqual(360);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator(".image-view").isVisible()).toBe(false);
    expect(await page.locator(".image-print .image-tile:visible").count()).toBe(48);
    expect(await page.locator("h1").innerText()).toBe("Images: A alpha, B beta");
  });
});
