import { readFileSync } from "node:fs";
import { join } from "node:path";
import { markdownFiles } from "./markdown-files.ts";
import { markdownLinks } from "./markdown-links.ts";

/** A link to another host, and where it is written. */
export interface ExternalLink {
  /** without the anchor */
  readonly url: string;
  /** `FILE:LINE`, each place */
  readonly places: readonly string[];
}

/** What a host answered: `broken` is a link to fix, `unknown` one to look at in a browser. */
export interface LinkAnswer {
  readonly link: ExternalLink;
  readonly verdict: "ok" | "broken" | "unknown";
  /** status of the answer, or the error */
  readonly detail: string;
}

/** Statuses of hosts that refuse programs, or that are busy. */
const REFUSALS = new Set([401, 403, 405, 406, 418, 429, 500, 502, 503, 504, 999]);
const ATTEMPTS = 2;
const TIMEOUT_MS = 20_000;
/** Requests under way. */
const MAX_PARALLEL = 8;

/**
 * @param root the checkout
 * @returns every link to another host in its Markdown files, sorted by address
 */
export function externalLinks(root: string): ExternalLink[] {
  const places = new Map<string, string[]>();
  for (const path of markdownFiles(root)) {
    for (const { target, line } of markdownLinks(readFileSync(join(root, path), "utf8"))) {
      if (!/^https?:/.test(target)) continue;
      const url = target.replace(/#.*/, "");
      places.set(url, [...(places.get(url) ?? []), `${path}:${line}`]);
    }
  }
  return [...places].map(([url, at]) => ({ url, places: at })).sort((a, b) => (a.url < b.url ? -1 : 1));
}

/** Requests each link, a few at once. @returns the answers in the order of the links */
export async function tryLinks(links: readonly ExternalLink[]): Promise<LinkAnswer[]> {
  const answers: LinkAnswer[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < links.length) {
      const i = next++;
      answers[i] = await tryLink(links[i] as ExternalLink);
    }
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL }, work));
  return answers;
}

async function tryLink(link: ExternalLink): Promise<LinkAnswer> {
  let detail = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const response = await fetch(link.url, {
        headers: { "User-Agent": "Mozilla/5.0 (link check)" },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      detail = `status ${response.status}`;
      if (response.ok) return { link, verdict: "ok", detail };
      if (!REFUSALS.has(response.status)) return { link, verdict: "broken", detail };
    } catch (error) {
      const { message, cause } = error as Error;
      detail = cause instanceof Error ? `${message}: ${cause.message}` : message;
      // A host without an address is gone; a time-out or a refused connection may pass
      if (/ENOTFOUND/.test(detail)) return { link, verdict: "broken", detail };
    }
  }
  return { link, verdict: "unknown", detail };
}
