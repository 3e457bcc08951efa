import type { Aside } from "../sources/aside.ts";
import { describeClutter } from "../sources/clutter.ts";

/** Paths named one by one in a message; of more, the number. */
const FEW = 3;

/** What was skipped in a benchmark's folder, each as a sentence; none where there was nothing else. */
export function describeAside({ root, aside }: { readonly root: string; readonly aside: Aside }): string[] {
  const texts = [...aside.notes];
  const clutter = describeClutter(aside.clutter);
  if (clutter !== "") texts.push(`${root}: skipped, as it belongs to no set: ${clutter}`);
  if (aside.links.length > 0) {
    const links = `${aside.links.length === 1 ? "a link" : `${aside.links.length} links`} to folders`;
    texts.push(`${root}: not followed: ${links} that are read where they are: ${nameFew(aside.links)}`);
  }
  if (aside.looseImages.length > 0) {
    const some = aside.looseImages.length === 1 ? "an image" : `${aside.looseImages.length} images`;
    texts.push(`${root}: skipped, as nothing says what class it is of: ${some}: ${nameFew(aside.looseImages)}`);
  }
  return texts;
}

/** "a, b, c and 7 more". */
export function nameFew(names: readonly string[], few = FEW): string {
  const named = names.slice(0, few).join(", ");
  return names.length > few ? `${named} and ${names.length - few} more` : named;
}
