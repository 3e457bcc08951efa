import { z } from "zod";

/** A way in which people keep a benchmark's images: where an image's label is read from. */
export const layoutSchema = z.discriminatedUnion("kind", [
  /** one folder a class, named by a column of the class list */
  z.strictObject({ kind: z.literal("class-folders"), key: z.string() }),
  /** all images in one folder; the pattern's first group is the 1-based line of the label file */
  z.strictObject({ kind: z.literal("flat"), pattern: z.string(), labels: z.string() }),
  /** each image with its label beside it, as in tars with a .cls an image: the row of the class list, or the value of its column `key` */
  z.strictObject({ kind: z.literal("web-dataset"), key: z.string().optional() }),
]);

export type Layout = z.infer<typeof layoutSchema>;

/** Columns of the class list that name class folders, in the order of the layouts. */
export function folderKeys(layouts: readonly Layout[]): string[] {
  return layouts.flatMap((layout) => (layout.kind === "class-folders" ? [layout.key] : []));
}

/** What to look for in a folder, in words. */
export function describeLayouts(layouts: readonly Layout[]): string {
  return layouts
    .map((layout) =>
      layout.kind === "flat"
        ? `files like ${layout.pattern}`
        : layout.kind === "web-dataset"
          ? "tars like test/0.tar"
          : `one folder a class, named by its ${layout.key}`,
    )
    .join(", or ");
}
