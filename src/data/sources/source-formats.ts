import { arrowFormat } from "./arrow-format.ts";
import { gzipTarContainer, zstdTarContainer } from "./compressed-tar-format.ts";
import { containerFormat } from "./container-source.ts";
import { folderFormat } from "./folder-source.ts";
import type { ImageSource, SourceFormat, SourcePlace } from "./image-source.ts";
import { listFormat } from "./list-source.ts";
import { parquetContainer } from "./parquet-format.ts";
import { tarContainer } from "./tar-format.ts";
import { zipFormat } from "./zip-format.ts";

/**
 * Every format in which images are read, in the order in which a root is tried. To add one, add its file and its name
 * here.
 */
export const SOURCE_FORMATS: readonly SourceFormat[] = [
  folderFormat,
  containerFormat(tarContainer),
  containerFormat(gzipTarContainer),
  containerFormat(zstdTarContainer),
  containerFormat(zipFormat),
  containerFormat(parquetContainer),
  containerFormat(arrowFormat),
  listFormat,
];

/** Lower-case extensions of containers. */
export const CONTAINER_ENDINGS: readonly string[] = SOURCE_FORMATS.flatMap(({ endings }) => endings ?? []);

/** Opens a source that was listed before, in any thread. @throws Error for an unknown format */
export function openSource(place: SourcePlace): ImageSource {
  const found = SOURCE_FORMATS.find(({ name }) => name === place.format);
  if (found === undefined) throw new Error(`unknown image source format "${place.format}"`);
  return found.open(place);
}
