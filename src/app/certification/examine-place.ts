import { join } from "node:path";
import { type ExamineImagesOptions, examineImages } from "../../evaluation/embedding/examine-images.ts";
import { type ContentCheck, groupsOf } from "../inspection/inspect-content.ts";
import type { Place } from "../inspection/inspect-places.ts";

/** A benchmark's copy and the content of its images. */
export interface ExaminedPlace {
  readonly place: Place;
  readonly content: ContentCheck;
  /** number of images read now; the others were recorded */
  readonly read: number;
}

/** Folder of the store that records the content of images. */
export const EXAMINED = "examined";

/** Reads every image that changed or is not recorded yet. */
export async function examinePlace(
  place: Place,
  { store, ...options }: { readonly store: string } & Omit<ExamineImagesOptions, "folder" | "decode" | "trustsTimes">,
): Promise<ExaminedPlace> {
  const { images } = place.survey;
  const examination = await examineImages(place.survey, { ...options, folder: join(store, EXAMINED), decode: true });
  const unreadable: { path: string; reason: string }[] = [];
  const sha256: (string | null)[] = [];
  const readable: (string | null)[] = [];
  for (let at = 0; at < images.length; at++) {
    const reason = examination.fault(at);
    if (reason !== null) unreadable.push({ path: images.at(at).path, reason });
    sha256.push(examination.sha256(at));
    readable.push(reason === null ? examination.sha256(at) : null);
  }
  return { place, content: { unreadable, sha256, duplicates: groupsOf(readable) }, read: examination.read };
}
