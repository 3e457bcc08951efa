// Takes screenshots of reports for visual checks: writes NAME-VIEW-SIZE-THEME.png and NAME-VIEW-print.png to FOLDER. PATTERN
// selects names that contain it.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { type ReportCommandOptions, runReport } from "../src/app/cli/report-command.ts";
import { makeResults } from "../test/output/make-results.ts";
import { CHROMIUM_ARGS, chromiumPath } from "../test/output/report/page/chromium.ts";

const SIZES = {
  "1280x720": { width: 1280, height: 720 },
  "1440x900": { width: 1440, height: 900 },
  "390x844": { width: 390, height: 844 },
  "820x1180": { width: 820, height: 1180 },
} as const;
const THEMES = ["light", "dark"] as const;
/** Width of A4 at 96 dots to the inch; printed from dark mode, in which a page's colors could stay dark. */
const PAPER = { width: 794, height: 1123 } as const;
/** The views of each report: the address, and whether the screenshot shows more than the first screen. */
const VIEWS: Readonly<Record<string, { readonly hash: string; readonly whole: boolean }>> = {
  first: { hash: "", whole: false },
  whole: { hash: "", whole: true },
  compare: { hash: "#tab=compare", whole: true },
  classes: { hash: "#tab=classes", whole: true },
  agreement: { hash: "#tab=agreement", whole: true },
  runs: { hash: "#tab=runs", whole: true },
};

interface Subject {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly options: ReportCommandOptions;
}

if (chromiumPath === undefined)
  throw new Error("Chromium not found: run apt-get install chromium, or set CHROMIUM to its path");
const out = resolve(process.argv[2] ?? join(tmpdir(), "shiftline-screenshots"));
const pattern = process.argv[3] ?? "";
const scratch = mkdtempSync(join(tmpdir(), "shiftline-shots-"));
const browser = await chromium.launch({ executablePath: chromiumPath, args: CHROMIUM_ARGS });
try {
  mkdirSync(out, { recursive: true });
  for (const { name, inputs, options } of subjects(scratch)) {
    const planned = settings().map((setting) => ({ setting, shots: shotsOf(name, setting) }));
    const wanted = planned.filter(({ shots }) => shots.length > 0);
    if (wanted.length === 0) continue;
    const report = join(scratch, `${name}.html`);
    await runReport(inputs, { ...options, out: report, figures: false, quiet: true });
    for (const { setting, shots } of wanted) await take(browser, report, setting, shots);
  }
  console.log(out);
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
}

/** The reports: real results, the published zoo, and a user's few runs with synthetic results. */
function subjects(folder: string): Subject[] {
  const made = (name: string, checkpoints: readonly string[], imagesPerClass: number, ability: number) =>
    makeResults(join(folder, name), { checkpoints, imagesPerClass, seed: ability });
  const emoji = join("examples", "emojishift");
  return [
    { name: "zoo", inputs: ["openclip"], options: {} },
    {
      name: "emojishift",
      inputs: [join("results", "emojishift")],
      options: { study: join(emoji, "study.json"), metadata: join(emoji, "checkpoints.csv"), groupBy: "source" },
    },
    { name: "mine", inputs: [made("mine", ["my-vit-b-32-dedup-epoch-30"], 2, 1), "openclip"], options: {} },
    {
      name: "two",
      inputs: [made("two", ["vit-b-32-baseline-recipe", "vit-b-32-filtered-data"], 10, 2), "openclip"],
      options: {},
    },
    {
      name: "few",
      inputs: [made("few", ["step-10000", "step-20000", "step-40000", "step-80000"], 2, 3), "openclip"],
      options: {},
    },
  ];
}

interface Shot {
  readonly view: keyof typeof VIEWS;
  readonly hash: string;
  readonly whole: boolean;
  readonly path: string;
}

/** A browser window in which the views of a report are opened one after the other. */
interface Setting {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme: "light" | "dark";
  readonly isPaper: boolean;
}

function settings(): Setting[] {
  const screens = Object.entries(SIZES).flatMap(([size, viewport]) =>
    THEMES.map((colorScheme) => ({ name: `${size}-${colorScheme}`, viewport, colorScheme, isPaper: false })),
  );
  return [...screens, { name: "print", viewport: PAPER, colorScheme: "dark", isPaper: true }];
}

function shotsOf(report: string, setting: Setting): Shot[] {
  return Object.entries(VIEWS)
    .map(([view, how]) => ({ ...how, view, path: join(out, `${report}-${view}-${setting.name}.png`) }))
    .filter(({ path, whole }) => path.includes(pattern) && (whole || !setting.isPaper));
}

async function take(from: Browser, report: string, setting: Setting, shots: readonly Shot[]): Promise<void> {
  const page = await from.newPage({ viewport: setting.viewport, colorScheme: setting.colorScheme });
  await page.goto(pathToFileURL(report).href);
  await page.waitForSelector("html[data-ready]");
  for (const { hash, whole, path } of shots) {
    await page.emulateMedia({ media: "screen" });
    await page.evaluate((address) => {
      location.hash = address;
    }, hash);
    await page.waitForTimeout(300);
    // The program may omit tabs without content
    const wanted = hash === "" ? 1 : await page.locator(`nav.tabs a[href="${hash}"]`).count();
    if (wanted === 0) continue;
    if (setting.isPaper) await page.emulateMedia({ media: "print" });
    await page.screenshot({ path, fullPage: whole });
  }
  await page.close();
}
