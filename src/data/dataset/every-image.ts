import { InputError } from "../../foundation/errors.ts";
import { collectImages, type ImageList } from "../sources/image-list.ts";
import { placeOf, type SourcePlace, type SourceRoot } from "../sources/image-source.ts";
import { SOURCE_FORMATS } from "../sources/source-formats.ts";
import { placeAt } from "./data-place.ts";

/** Images in one place, of no classes that are known. */
export type EveryImage = SourcePlace & { readonly images: ImageList };

/**
 * Lists every image of a folder at any depth, or of the containers in it, or of files that a path or pattern picks. What
 * cannot be listed is passed over.
 *
 * @throws InputError if there is no such place, or no image in it
 */
export async function listEveryImage(
  path: string,
  { cacheFolder, passwordFile }: Pick<SourceRoot, "passwordFile"> & { readonly cacheFolder?: string | undefined } = {},
): Promise<EveryImage> {
  const place = { ...(await placeAt(path)), passwordFile };
  for (const { name, open } of SOURCE_FORMATS) {
    const source = open(place);
    try {
      const listing = await source.list({ from: "nothing" }, { cacheFolder, onFault: () => false });
      if (listing === null) continue;
      const images = collectImages(listing.images);
      if (images.length > 0) return { ...placeOf({ ...place, format: name }), images };
    } finally {
      await source.close();
    }
  }
  throw new InputError(`${path}: no images there, neither in folders nor in containers`);
}
