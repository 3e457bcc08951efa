import type { Aside } from "../sources/aside.ts";
import { describeClutter } from "../sources/clutter.ts";

/** Maximum number of paths in a message; further ones are counted. */
const FEW = 3;

/** Describes what was skipped in a benchmark's folder, one sentence each; empty where nothing was skipped. */
export function describeAside({ root, aside }: { readonly root: string; readonly aside: Aside }): string[] {
  const texts = [...aside.notes];
  const clutter = describeClutter(aside.clutter);
  if (clutter !== "") texts.push(`${root}: skipped, because it is not part of a data set: ${clutter}`);
  if (aside.links.length > 0) {
    const links = `${aside.links.length === 1 ? "a link" : `${aside.links.length} links`} to folders`;
    texts.push(`${root}: not followed: ${links} that are read at their own paths: ${nameFew(aside.links)}`);
  }
  if (aside.looseImages.length > 0) {
    const some = aside.looseImages.length === 1 ? "an image" : `${aside.looseImages.length} images`;
    texts.push(`${root}: skipped, because the class is unknown: ${some}: ${nameFew(aside.looseImages)}`);
  }
  return texts;
}

/** "a, b, c and 7 more". */
export function nameFew(names: readonly string[], few = FEW): string {
  const named = names.slice(0, few).join(", ");
  return names.length > few ? `${named} and ${names.length - few} more` : named;
}
