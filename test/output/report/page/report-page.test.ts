import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shiftline } from "../../../app/cli/run-cli.ts";
import { temporaryFolder, writeTree } from "../../../helpers.ts";
import { makeResults } from "../../make-results.ts";
import { closeBrowser, downloaded, hoverTime, openReport, withoutBrowser } from "./browser.ts";

/** Names that a page which builds its markup from text would break on, or run. */
const HOSTILE = [
  "<script>window.hacked = 1<\u2215script>",
  '"><img src=x onerror="window.hacked=2">',
  "'; window.hacked = 3; '",
  `${"very-long-name-".repeat(16)}end`,
  "\u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627 rtl",
  "emoji 🦓🏳️‍🌈 中文",
  "__proto__",
  "constructor",
];

const suite = mkdtempSync(join(tmpdir(), "shiftline-page-"));
let results: string;
let report: string;

async function render(folder: string, ...options: string[]): Promise<string> {
  const { status, stdout, stderr } = await shiftline(["report", folder, ...options]);
  expect(stderr).not.toContain("defect");
  expect(status).toBe(0);
  return stdout.trim();
}

describe.skipIf(withoutBrowser)("the report in a browser", () => {
  beforeAll(async () => {
    results = makeResults(join(suite, "results"), {
      checkpoints: ["alpha-b-32", "beta-b-16", "gamma-l-14", "delta-rn50", "epsilon-h-14"],
      imagesPerClass: 4,
    });
    writeTree(results, {
      "groups.csv":
        "checkpoint,source\nalpha-b-32,laion\nbeta-b-16,laion\ngamma-l-14,laion\ndelta-rn50,yfcc\nepsilon-h-14,yfcc\n",
    });
    report = await render(results, "--metadata", join(results, "groups.csv"), "--no-figures");
  });
  afterAll(async () => {
    await closeBrowser();
    rmSync(suite, { recursive: true, force: true });
  });

  it("opens from disk without an error, a warning or a request to any host", async () => {
    const { page, errors, requests } = await openReport(report);
    await page.waitForSelector("#accuracies tbody tr");
    await page.getByRole("link", { name: "Runs and notes" }).click();
    await page.waitForSelector("#reliability tbody tr");
    const note = page.locator("#reliability ul.notes > li", { hasText: "only part of the images" });
    expect(await note.count()).toBe(1); // of 5 checkpoints on 6 benchmarks
    expect(await note.textContent()).toMatch(
      /^only part of the images, 30 times: imagenet, protocol 1000 \(4000 of 50000\); /,
    );
    const places = note.locator("details li");
    expect([await places.count(), await places.first().isVisible()]).toEqual([6, false]);
    await note.locator("summary").click();
    expect(await places.first().isVisible()).toBe(true);
    expect(errors).toEqual([]);
    expect(requests).toEqual([]);
  });

  it("shows the numbers that fit and compare write, byte for byte", async () => {
    const { page } = await openReport(report, { hash: "#first=alpha-b-32&second=beta-b-16" });
    const fit = await shiftline(["fit", results, "--out", join(results, "..", "fit"), "--quiet"]);
    expect(fit.status).toBe(0);
    const written = (name: string) => readFileSync(join(results, "..", "fit", name), "utf8");
    const robustness = page.locator("#robustness");
    const csv = (name: string) => downloaded(page, () => robustness.getByRole("button", { name }).click());
    expect((await csv("Download CSV")).toString()).toBe(written("robustness.csv"));
    expect((await csv("Lines as CSV")).toString()).toBe(written("fits.csv"));
    const compared = await shiftline([
      "compare",
      "alpha-b-32",
      "beta-b-16",
      "--results",
      results,
      "--format",
      "csv",
      "--quiet",
    ]);
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    const pair = page.locator("#compare");
    const button = pair.getByRole("button", { name: "Download CSV" });
    await page.waitForSelector("#compare tbody tr");
    const pageCsv = (await downloaded(page, () => button.click())).toString();
    expect(sorted(pageCsv)).toEqual(sorted(compared.stdout));
  });

  it("names the point under the pointer within 50 ms, and opens its page at a click", async () => {
    const { page } = await openReport(report);
    const circle = page.locator("#plot .checkpoints circle, #plot .checkpoints path").first();
    let [x, y] = [0, 0];
    let name: string | null = null;
    // The plot is drawn again as soon as its size is measured, so the point may disappear while the test looks for it
    await expect
      .poll(async () => {
        const box = await circle.boundingBox({ timeout: 1000 }).catch(() => null);
        if (box === null) return null;
        [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        await page.mouse.move(x, y);
        name = await page
          .locator(".tip .tip-name")
          .textContent({ timeout: 1000 })
          .catch(() => null);
        return name;
      })
      .not.toBeNull();
    expect(["alpha-b-32", "beta-b-16", "gamma-l-14", "delta-rn50", "epsilon-h-14"]).toContain(name);
    await expect.poll(() => page.locator(".tip").textContent()).toMatch(/above the line[+−][\d.]+/);
    expect(await hoverTime(page)).toBeLessThan(50);
    await page.mouse.click(x, y);
    await expect.poll(() => page.locator("h1").textContent()).toBe(name);
    expect(page.url()).toContain(`checkpoint=${name}`);
    await page.goBack();
    await expect.poll(() => page.locator("h1").textContent()).toContain("5 checkpoints");
  });

  it("switches shift, scale, baseline and groups, and keeps the view in its address", async () => {
    const { page, errors } = await openReport(report);
    await page.locator(".why").getByRole("link", { name: "Sketch" }).click();
    await expect.poll(() => page.locator("#plot .panel-title").textContent()).toBe("ImageNet-Sketch");
    await page.getByText("Settings", { exact: true }).click();
    await page.getByLabel("Scale", { exact: true }).selectOption("probit");
    await expect.poll(() => page.locator("#plot .x-label").textContent()).toContain("probit scale");
    await page.getByLabel("Baseline", { exact: true }).selectOption("imagenet-testbed");
    await expect.poll(() => page.locator("#robustness .about").textContent()).toContain("imagenet-testbed");
    await page.getByLabel("Groups", { exact: true }).selectOption("source");
    await expect.poll(() => page.locator("#plot .legend").textContent()).toContain("laion");
    const address = page.url();
    expect(address).toMatch(/benchmark=imagenet-sketch/);
    const again = await openReport(report, { hash: new URL(address).hash });
    await expect.poll(() => again.page.locator("#plot .panel-title").textContent()).toBe("ImageNet-Sketch");
    expect(await again.page.getByLabel("Baseline", { exact: true }).inputValue()).toBe("imagenet-testbed");
    expect(errors).toEqual([]);
  });

  it("has every benchmark in distribution as an x axis to choose, in plot, tables and address", async () => {
    const two = await render(results, "--id", "imagenet,imagenet-v2", "--no-figures", "--out", join(suite, "two.html"));
    const { page, errors } = await openReport(two);
    await page.locator(".why").getByRole("link", { name: "Sketch" }).click();
    const label = page.locator("#plot .x-label");
    await expect.poll(() => label.textContent()).toMatch(/^ImageNet top-1/);
    const title = page.locator("#robustness thead th").nth(1);
    await expect.poll(() => title.textContent()).toContain("ImageNet %");
    const first = await page.locator("#robustness tbody tr").first().textContent();
    const axis = page.getByLabel("x axis", { exact: true });
    await page.getByText("Settings", { exact: true }).click();
    await axis.selectOption("imagenet-v2");
    await expect.poll(() => label.textContent()).toMatch(/^ImageNetV2 top-1/);
    await expect.poll(() => title.textContent()).not.toContain("ImageNet %");
    expect(await page.locator("#robustness tbody tr").first().textContent()).not.toBe(first);
    const again = await openReport(two, { hash: new URL(page.url()).hash });
    await expect.poll(() => again.page.locator("#plot .x-label").textContent()).toMatch(/^ImageNetV2 top-1/);
    await axis.selectOption("imagenet");
    await expect.poll(() => label.textContent()).toMatch(/^ImageNet top-1/);
    expect(errors).toEqual([]);
  });

  it("highlights what is searched for, and keeps all else", async () => {
    const { page } = await openReport(report);
    await page.getByLabel("Search", { exact: true }).fill("B-16");
    await expect.poll(() => page.locator("[role=status]").first().textContent()).toBe("1 of 5");
    for (const table of ["#accuracies", "#robustness"]) {
      expect(await page.locator(`${table} tbody.pinned mark`).allTextContents()).toEqual(["beta-b-16"]);
      expect(await page.locator(`${table} tbody tr`).count()).toBe(5);
    }
    expect(await page.locator(".plot-found").count()).toBe(1);
    expect(await page.locator("#plot .checkpoints circle, #plot .checkpoints path").count()).toBe(5);
    await page.getByLabel("Search", { exact: true }).fill("no such name");
    await expect.poll(() => page.locator("[role=status]").first().textContent()).toBe("0 of 5");
    expect(await page.locator("#accuracies tbody tr").count()).toBe(5);
  });

  it("sorts its tables by any column, and announces the order", async () => {
    const { page } = await openReport(report);
    const header = page.locator("#accuracies thead th").nth(1);
    const values = async () =>
      (await page.locator("#accuracies tbody tr td:nth-child(2) .figure").allTextContents()).map(Number);
    await header.getByRole("button").click();
    expect(await header.getAttribute("aria-sort")).toBe("descending");
    expect(await values()).toEqual([...(await values())].sort((a, b) => b - a));
    await header.getByRole("button").click();
    expect(await header.getAttribute("aria-sort")).toBe("ascending");
    expect(await values()).toEqual([...(await values())].sort((a, b) => a - b));
    const again = await openReport(report, { hash: new URL(page.url()).hash });
    const sorted = again.page.locator("#accuracies thead th").nth(1);
    expect(await sorted.getAttribute("aria-sort")).toBe("ascending");
  });

  it("can be used with the keyboard alone", async () => {
    const { page } = await openReport(report);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await page.locator(".plot-frame").focus();
    const said: (string | null)[] = [];
    for (let i = 0; i < 14; i++) {
      await page.keyboard.press("ArrowRight");
      said.push(await page.locator("figure.plot [aria-live]").textContent());
    }
    expect(new Set(said).size).toBe(14); // 9 of the baseline, 5 checkpoints
    const at = said.findIndex((text) => !text?.includes("a baseline model"));
    for (let i = 13; i > at; i--) await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    expect(said[at]).toContain(await page.locator("h1").textContent());
  });

  it("has a name for everything that can be worked or read", async () => {
    const { page } = await openReport(report);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, select, input, canvas, [role=img], [tabindex='0']")]
        .filter((element) => {
          const labels = (element as HTMLInputElement).labels;
          const label = labels?.[0]?.textContent ?? element.getAttribute("aria-label") ?? element.textContent;
          return (label ?? "").trim() === "";
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    );
    expect(nameless).toEqual([]);
    await expect.poll(() => page.locator("#plot svg desc").count()).toBe(1);
  });

  it("fits a phone: nothing is wider than the screen", async () => {
    const { page, errors } = await openReport(report, { viewport: { width: 360, height: 740 }, hasTouch: true });
    for (const tab of ["", "compare", "classes", "agreement", "runs"]) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `tab=${tab}`);
      await page.waitForSelector(tab === "agreement" ? "canvas" : ".part tbody tr");
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    }
    expect(errors).toEqual([]);
  });

  it("is dark if the system is or the reader chooses it, and light on paper", async () => {
    const { page } = await openReport(report, { colorScheme: "dark" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const ink = () =>
      page.evaluate(
        () => getComputedStyle(document.querySelector("#plot .panel-title text, #plot .panel-title") as Element).fill,
      );
    expect(await ground()).toBe("rgb(18, 22, 28)");
    const dark = await ink();
    await page.getByRole("button", { name: /auto/ }).click();
    expect(await ground()).toBe("rgb(255, 255, 255)");
    await page.getByRole("button", { name: /light/ }).click();
    expect(await ground()).toBe("rgb(18, 22, 28)");
    await page.emulateMedia({ media: "print" });
    expect(await ground()).toBe("rgb(255, 255, 255)");
    expect(await page.locator(".plot-head").isVisible()).toBe(false);
    // At once: no program on the page is given time before a page is printed
    expect(dark).not.toBe("rgb(0, 0, 0)");
    expect(await ink()).toBe("rgb(0, 0, 0)");
    const background = await page.evaluate(
      () => getComputedStyle(document.querySelector("#plot .background") as Element).fill,
    );
    expect(background).toBe("rgb(255, 255, 255)");
  });

  it("gives its plot as SVG and as PNG", async () => {
    const { page, errors } = await openReport(report);
    const svg = await downloaded(page, () => page.getByRole("button", { name: "Download SVG" }).click());
    expect(svg.toString()).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg.toString()).not.toContain("var(");
    const png = await downloaded(page, () => page.getByRole("button", { name: "Download PNG" }).click());
    const { format, width } = await sharp(png).metadata();
    expect(format).toBe("png");
    expect(width).toBeGreaterThan(1500);
    expect(errors).toEqual([]);
  });

  it("shows names as text, with any characters", async () => {
    const folder = makeResults(temporaryFolder(), {
      checkpoints: HOSTILE,
      imagesPerClass: 1,
      benchmarks: ["imagenet", "imagenet-r"],
    });
    const { page, errors, requests } = await openReport(
      await render(folder, "--no-figures", "--title", HOSTILE[1] as string),
    );
    await page.waitForSelector("#accuracies tbody tr");
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
    const names = await page
      .locator("#accuracies tbody a.name")
      .evaluateAll((all) => all.map((element) => element.getAttribute("title")));
    expect(names.sort()).toEqual([...HOSTILE].sort());
    await expect.poll(() => page.locator(".brand").textContent()).toBe(HOSTILE[1]);
    for (const name of HOSTILE) {
      await page
        .locator(`#accuracies tbody a.name`)
        .and(page.getByTitle(name, { exact: true }))
        .click();
      await expect.poll(() => page.locator("h1").textContent()).toBe(name);
      await page.goBack();
    }
    expect(errors).toEqual([]);
    expect(requests).toEqual([]);
  });

  for (const [what, made, expected] of [
    ["no checkpoint", { checkpoints: [], imagesPerClass: 1 }, /^No results yet$/],
    [
      "one checkpoint",
      { checkpoints: ["only"], imagesPerClass: 2 },
      "Is only more robust than openai-clip at equal ImageNet accuracy?",
    ],
    [
      "two checkpoints",
      { checkpoints: ["a", "b"], imagesPerClass: 2 },
      /^Which is more accurate, image by image: [ab] or [ab]\?$/,
    ],
    [
      "a missing shift",
      { checkpoints: ["a", "b"], imagesPerClass: 2, benchmarks: ["imagenet", "imagenet-a"] },
      /^Which is more accurate/,
    ],
    [
      "ImageNet alone",
      { checkpoints: ["a"], imagesPerClass: 2, benchmarks: ["imagenet"] },
      "How robust is this checkpoint?",
    ],
  ] as const) {
    it(`makes a sensible page of ${what}`, async () => {
      const { page, errors } = await openReport(await render(makeResults(temporaryFolder(), made), "--no-figures"));
      await page.waitForTimeout(300);
      await expect.poll(() => page.locator("h1").textContent()).toMatch(expected);
      expect(errors).toEqual([]);
    });
  }

  it("makes a sensible page where the baseline has no line for what was evaluated", async () => {
    const folder = makeResults(temporaryFolder(), { checkpoints: ["a", "b"], imagesPerClass: 2 });
    const baseline = join(folder, "own.csv");
    writeTree(folder, {
      "own.csv":
        "model,benchmark,accuracy\nx,imagenet,0.5\nx,other,0.4\ny,imagenet,0.6\ny,other,0.5\nz,imagenet,0.7\nz,other,0.6\n",
    });
    const { page, errors } = await openReport(await render(folder, "--no-figures", "--baseline", baseline));
    await expect
      .poll(() => page.locator("main").textContent())
      .toMatch(/[Nn]o line to compare with|cannot be compared|can be compared/);
    await expect.poll(() => page.locator("#plot .checkpoints circle, #plot .checkpoints path").count()).toBe(2);
    await page.getByText("Settings", { exact: true }).click();
    await page.getByLabel("Baseline", { exact: true }).selectOption("openai-clip");
    await expect.poll(() => page.locator("#robustness tbody tr").count()).toBe(2);
    expect(errors).toEqual([]);
  });
});

function sorted(csv: string): string[] {
  return csv.trim().split("\n").sort();
}
