import { join } from "node:path";
import { type ExamineImagesOptions, examineImages } from "../../evaluation/embedding/examine-images.ts";
import { type ContentCheck, groupsOf } from "../inspection/inspect-content.ts";
import type { Place } from "../inspection/inspect-places.ts";

/** A benchmark's copy, and what is in its images. */
export interface ExaminedPlace {
  readonly place: Place;
  readonly content: ContentCheck;
  /** images that were read; the others were known */
  readonly read: number;
}

/** Where the store keeps what was found in images. */
export const EXAMINED = "examined";

/** Looks into every image that is not known as it is. */
export async function examinePlace(
  place: Place,
  { store, ...options }: { readonly store: string } & Omit<ExamineImagesOptions, "folder" | "decode" | "believes">,
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
