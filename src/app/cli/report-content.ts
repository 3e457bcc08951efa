import { dirname, join } from "node:path";
import { benchmarkPaths, defaultProtocolsOf, type Study } from "../../analysis/robustness/read-study.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { megabytes } from "../../foundation/number-text.ts";
import { describeCuts } from "../../output/report/describe-cuts.ts";
import { fillPage } from "../../output/report/fill-page.ts";
import { formatPage, type PageContent } from "../../output/report/page.ts";
import { DEFAULT_LIMITS, type PageLimits } from "../../output/report/page-limits.ts";
import type { ReportData } from "../../output/report/report-data.ts";
import type { CheckedResult } from "./check-results.ts";
import { describeCountCuts, readImageSets } from "./report-details.ts";
import { readImages } from "./report-images.ts";
import { makePictures } from "./report-pictures.ts";

/** Content of a page, with notes about it. */
export interface ReportContent extends Pick<PageContent, "images" | "pictures" | "blocks"> {
  readonly details: Omit<PageContent["details"], "notes">;
  readonly notes: readonly Note[];
}

/** Options for the images in a page, see `ReportCommandOptions`. */
export interface ContentOptions {
  readonly imagesOf?: readonly string[];
  readonly thumbnails?: number;
  readonly budget?: PageLimits;
  readonly data?: string;
  readonly dataDir?: readonly (readonly [string, string])[];
  readonly zipPasswordFile?: string;
}

/** Bytes reserved for notes about omitted content. */
const NOTES_RESERVE = 16_000;

/**
 * Reads the classes, pairs and single images that fit within the page's size limit, and makes its pictures.
 *
 * @param data data of the page's initial view
 * @throws InputError if predictions or images cannot be read
 */
export async function readContent(
  stored: readonly CheckedResult[],
  data: ReportData,
  still: string,
  { study, out, options }: { readonly study: Study; readonly out: string; readonly options: ContentOptions },
): Promise<ReportContent> {
  const limits = options.budget ?? DEFAULT_LIMITS;
  const defaults = defaultProtocolsOf(study);
  const runs = stored.map(({ summary }) => summary);
  const sets = await readImageSets(stored, data.checkpoints, study.benchmarks);
  const read = await readImages(stored, data, { study, defaults, patterns: options.imagesOf ?? [] });
  const none = { checkpoints: [], cuts: [], step: 1, isWhole: true, sets: [] };
  const noPictures = { sets: [], uris: [] };
  const bare = { data, details: { sets: [], runs, notes: [] }, images: none, pictures: noPictures, blocks: [], still };
  const base = Buffer.byteLength(await formatPage(bare)) + NOTES_RESERVE;
  const filled = fillPage({
    sets,
    isDefault: ({ benchmark, protocol }) => (defaults.get(benchmark) ?? protocol) === protocol,
    chosen: read.chosen.map((name) => data.checkpoints.indexOf(name)),
    images: read.sets,
    bytes: Math.max(0, limits.page - base),
  });
  const cuts = describeCuts(filled.images, { ...read, limits });
  const { notes: pictureNotes, ...pictures } = await picturesOf();
  const overflow =
    base <= limits.page
      ? []
      : [
          makeNote(
            `accuracies, recipes and scripts alone take ${megabytes(base)} of the page's ${megabytes(limits.page)} MB`,
          ),
        ];
  return {
    details: { sets: filled.sets, runs },
    images: { ...none, ...filled.images?.stored, cuts },
    pictures,
    blocks: filled.blocks,
    notes: [...describeCountCuts(filled), ...cuts.map((text) => makeNote(text)), ...pictureNotes, ...overflow],
  };

  async function picturesOf(): ReturnType<typeof makePictures> {
    const { thumbnails: count, data: root, dataDir = [] } = options;
    if (count === undefined || stored.length === 0) return { ...noPictures, notes: [] };
    return await makePictures(filled.images, read.sets, {
      count,
      limit: limits.pictures,
      known: benchmarkPaths(study),
      data: root,
      dataDirs: Object.fromEntries(dataDir),
      passwordFile: options.zipPasswordFile,
      storeRoot: join(dirname(out), "..", ".shiftline", "store"),
    });
  }
}
