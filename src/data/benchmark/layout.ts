import { z } from "zod";

/** A way in which a benchmark's images are stored, and where their labels are read from. */
export const layoutSchema = z.discriminatedUnion("kind", [
  /** one folder per class, named by a column of the class list */
  z.strictObject({ kind: z.literal("class-folders"), key: z.string() }),
  /**
   * one folder per class, named by a number from one of these columns of the class list (see `classKeys`); the images'
   * official names or the user decide which column
   */
  z.strictObject({ kind: z.literal("numbered-folders"), keys: z.array(z.string()).min(1) }),
  /**
   * all images in one folder; the pattern's first group is the 1-based line of the label file, `example` a name for
   * messages
   */
  z.strictObject({
    kind: z.literal("flat"),
    pattern: z.string(),
    labels: z.string(),
    example: z.string().optional(),
  }),
  /**
   * all images in one folder; a CSV file in this folder, or in the one that contains it as `images`, gives the wnid of
   * each name, as Kaggle's LOC_val_solution.csv does
   */
  z.strictObject({ kind: z.literal("solution-file"), file: z.string(), images: z.string() }),
  /**
   * each image stored together with its label, as in tars with a .cls file per image: the row of the class list, or the
   * value of its column `key`
   */
  z.strictObject({ kind: z.literal("web-dataset"), key: z.string().optional() }),
]);

export type Layout = z.infer<typeof layoutSchema>;

/** Returns the columns of the class list that name class folders, in the order of the layouts. */
export function folderKeys(layouts: readonly Layout[]): string[] {
  return layouts.flatMap((layout) => (layout.kind === "class-folders" ? [layout.key] : []));
}

/** Describes what to look for in a folder. */
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
      return layout.example === undefined ? `files like ${layout.pattern}` : `files named like ${layout.example}`;
    case "web-dataset":
      return "these in a tar, zip, Parquet or Arrow file, or listed in a .csv or .jsonl file";
  }
}
