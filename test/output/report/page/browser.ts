import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { skipUnless } from "../../../require.ts";
import { CHROMIUM_ARGS, chromiumPath } from "./chromium.ts";

/** Whether the tests that open a browser are to be skipped, with a message. */
export const withoutBrowser = skipUnless(
  "chromium",
  chromiumPath !== undefined,
  "no Chromium here (apt-get install chromium, or name one in CHROMIUM), so the report is not opened in a browser",
);

let running: Promise<Browser> | undefined;

async function browser(): Promise<Browser> {
  running ??= chromium.launch({
    executablePath: chromiumPath as string,
    args: CHROMIUM_ARGS,
  });
  return await running;
}

export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
}

/** A report open in a browser, and what the page did that it must not: errors, and requests to a host. */
export interface OpenPage {
  readonly page: Page;
  readonly errors: readonly string[];
  readonly requests: readonly string[];
}

/** Opens a report from disk and waits until its program has started. */
export async function openReport(
  path: string,
  options: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<OpenPage> {
  const { hash = "", ...context } = options;
  const opened = await (await browser()).newContext({ viewport: { width: 1280, height: 900 }, ...context });
  onTestFinished(() => opened.close());
  const page = await opened.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) requests.push(request.url());
  });
  await page.goto(`${pathToFileURL(path)}${hash}`);
  await page.waitForSelector("html[data-ready]");
  return { page, errors, requests };
}

/** The text of what a click downloads. */
export async function downloaded(page: Page, click: () => Promise<void>): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Milliseconds from a pointer event to the tip's being there and laid out: the median of 20, the least of three such
 * medians, for other work on the machine only ever adds.
 */
export async function hoverTime(page: Page): Promise<number> {
  const medians: number[] = [];
  for (let i = 0; i < 3; i++) medians.push(await medianHover(page));
  return Math.min(...medians);
}

async function medianHover(page: Page): Promise<number> {
  return await page.evaluate(async () => {
    const frame = document.querySelector(".plot-frame") as HTMLElement;
    const box = frame.getBoundingClientRect();
    const points = [...frame.querySelectorAll(".checkpoints circle, .checkpoints path")].map((mark) =>
      mark.getBoundingClientRect(),
    );
    const times: number[] = [];
    for (let i = 0; i < 20; i++) {
      const { left, top, width, height } = points[i % points.length] as DOMRect;
      frame.dispatchEvent(new PointerEvent("pointerleave", { bubbles: true }));
      await new Promise(requestAnimationFrame);
      const begun = performance.now();
      frame.dispatchEvent(
        new PointerEvent("pointermove", { clientX: left + width / 2, clientY: top + height / 2, bubbles: true }),
      );
      while (document.querySelector(".tip") === null)
        await Promise.resolve().then(() => new Promise((done) => setTimeout(done)));
      document.querySelector(".tip")?.getBoundingClientRect();
      times.push(performance.now() - begun);
    }
    if (box.width === 0) throw new Error("no plot");
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  });
}
