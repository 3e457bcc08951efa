import { folderFormat } from "./folder-source.ts";
import type { ImageSource, SourceFormat, SourcePlace } from "./image-source.ts";
import { tarFormat } from "./tar-source.ts";

/** Every format that images are read in, in the order in which a root is tried. A new one is its file and its name here. */
export const SOURCE_FORMATS: readonly SourceFormat[] = [folderFormat, tarFormat];

/** Opens a source that was listed before, in any thread. @throws Error for a format that is none */
export function openSource({ format, root }: SourcePlace): ImageSource {
  const found = SOURCE_FORMATS.find(({ name }) => name === format);
  if (found === undefined) throw new Error(`no source of images is called "${format}"`);
  return found.open(root);
}
