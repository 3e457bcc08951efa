import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";
import type {
  ReportData,
  ReportDetails,
  ReportImages,
  ReportPictures,
} from "../../../src/output/report/report-data.ts";

/** What a report's page holds, as its program reads it. */
export interface PageData {
  readonly data: ReportData;
  readonly details: ReportDetails;
  readonly images: ReportImages;
  readonly pictures: ReportPictures;
  readonly blocks: readonly Uint8Array[];
}

/** Reads what is embedded in a page. */
export function parsePage(html: string): PageData {
  const part = (id: string) => new RegExp(`id="${id}">([^<]*)<`).exec(html)?.[1] ?? "";
  const inflate = (text: string) => inflateRawSync(Buffer.from(text, "base64"));
  const unpack = (id: string) => JSON.parse(inflate(part(id)).toString());
  return {
    data: unpack("data"),
    details: unpack("details"),
    images: unpack("single-images"),
    pictures: JSON.parse(part("pictures")),
    blocks: part("blocks").split("\n").filter(Boolean).map(inflate),
  };
}

/** Reads the data of a page from its file. */
export function readPage(path: string): PageData {
  return parsePage(readFileSync(path, "utf8"));
}
