import { z } from "zod";

/** A way in which people keep a benchmark's images: where an image's label is read from. */
export const layoutSchema = z.discriminatedUnion("kind", [
  /** one folder per class, named by a column of the class list */
  z.strictObject({ kind: z.literal("class-folders"), key: z.string() }),
  /**
   * one folder per class, named by a number of one of these columns of the class list (see `classKeys`): which, the images'
   * official names tell, or the user
   */
  z.strictObject({ kind: z.literal("numbered-folders"), keys: z.array(z.string()).min(1) }),
  /** all images in one folder; the pattern's first group is the 1-based line of the label file, `example` a name for messages */
  z.strictObject({
    kind: z.literal("flat"),
    pattern: z.string(),
    labels: z.string(),
    example: z.string().optional(),
  }),
  /**
   * all images in one folder; a CSV file beside them, or in the folder that they lie below as `images`, says the wnid of each
   * name, as Kaggle's LOC_val_solution.csv does
   */
  z.strictObject({ kind: z.literal("solution-file"), file: z.string(), images: z.string() }),
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
  return layouts.flatMap((layout) => describeLayout(layout) ?? []).join(", or ");
}

function describeLayout(layout: Layout): string | null {
  switch (layout.kind) {
    case "class-folders":
      return `one folder per class, named by its ${layout.key}`;
    case "numbered-folders":
      return layout.keys.length === 1 ? `one folder per class, named by its ${layout.keys[0]}` : null;
    case "solution-file":
      return null;
    case "flat":
      return layout.example === undefined ? `files like ${layout.pattern}` : `files called ${layout.example}, …`;
    case "web-dataset":
      return "these in a tar, zip, Parquet or Arrow file, or listed in a .csv or .jsonl file";
  }
}
