import { InputError } from "../../foundation/errors.ts";
import { collectImages, type ImageList } from "../sources/image-list.ts";
import { placeOf, type SourcePlace, type SourceRoot } from "../sources/image-source.ts";
import { SOURCE_FORMATS } from "../sources/source-formats.ts";
import { placeAt } from "./data-place.ts";

/** The images in one place, with unknown classes. */
export interface EveryImage extends SourcePlace {
  readonly images: ImageList;
  /** number of entries that are listed by name and cannot be read */
  readonly unlisted: number;
}

/**
 * Lists every image of a folder at any depth, of the containers in it, or of files that a path or pattern selects.
 * Entries that cannot be listed are counted.
 *
 * @throws InputError if there is no such place, or no images in it
 */
export async function listEveryImage(
  path: string,
  { cacheFolder, passwordFile }: Pick<SourceRoot, "passwordFile"> & { readonly cacheFolder?: string | undefined } = {},
): Promise<EveryImage> {
  const place = { ...(await placeAt(path)), passwordFile };
  for (const { name, open } of SOURCE_FORMATS) {
    const source = open(place);
    try {
      let unlisted = 0;
      const onFault = () => {
        unlisted++;
        return false;
      };
      const listing = await source.list({ from: "nothing" }, { cacheFolder, onFault });
      if (listing === null) continue;
      const images = collectImages(listing.images);
      if (images.length > 0) return { ...placeOf({ ...place, format: name }), images, unlisted };
    } finally {
      await source.close();
    }
  }
  throw new InputError(`${path}: no images there, neither in folders nor in containers`);
}
