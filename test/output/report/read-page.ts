import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import type { ReportData, ReportDetails, ReportMistakes } from "../../../src/output/report/report-data.ts";

/** What a report's page holds, as its program reads it. */
export interface PageData {
  readonly data: ReportData;
  readonly details: ReportDetails;
  readonly mistakes: ReportMistakes;
}

/** Reads what is embedded in a page. */
export function parsePage(html: string): PageData {
  const part = (id: string) => new RegExp(`id="${id}">([^<]*)<`).exec(html)?.[1] ?? "";
  const unpack = (id: string) => JSON.parse(inflateSync(Buffer.from(part(id), "base64")).toString());
  return { data: unpack("data"), details: unpack("details"), mistakes: JSON.parse(part("mistakes")) };
}

/** The same of a page's file. */
export function readPage(path: string): PageData {
  return parsePage(readFileSync(path, "utf8"));
}
