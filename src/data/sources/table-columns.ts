import { z } from "zod";

/** A column of a table, or a field of a struct in it. */
export interface TableField {
  readonly name: string;
  /** kind of its values: bytes, text, whole numbers, a struct of fields, or a kind that is not used */
  readonly kind: "bytes" | "text" | "number" | "struct" | "unused";
  /** fields of a struct; empty for other kinds */
  readonly fields: readonly TableField[];
}

/** The columns of a table that are read, by their names, and fields in them. */
export interface TableColumns {
  /** encoded images */
  readonly image: readonly string[];
  /** names of the images' files; null where there are none */
  readonly path: readonly string[] | null;
  readonly label: readonly string[];
  /** text stored with numeric labels that identifies the class too; absent where there is none */
  readonly labelText?: readonly string[];
  /** names of the classes that numeric labels represent, in their order; null where the table does not state them */
  readonly labelNames: readonly string[] | null;
}

/** Names of columns, in order of preference. */
const IMAGE_NAMES = ["image", "img", "jpg", "jpeg", "png", "webp", "image_bytes", "bytes", "picture", "photo"];
const LABEL_NAMES = [
  "wnid",
  "synset",
  "synset_id",
  "wordnet_id",
  "label",
  "labels",
  "cls",
  "target",
  "class",
  "class_id",
  "class_idx",
  "class_index",
  "class_label",
  "class_name",
  "classname",
  "category",
];
const PATH_NAMES = ["path", "file_name", "filename", "image_path", "file", "__key__", "key", "image_id"];

/** For a list of files, whose images are not in a column. */
const LIST_PATH_NAMES = [
  ...PATH_NAMES,
  "filepath",
  "image",
  "image_file",
  "imagefile",
  "imagepath",
  "image_name",
  "imagename",
  "img",
  "img_path",
  "imageid",
  "name",
  "id",
];

/** Explains why a table cannot be read as images with labels, without the table's name. */
export class TableFault extends Error {
  override readonly name = "TableFault";
}

/**
 * Chooses the columns of a table that contain images, their names and their labels: by the features that `datasets`
 * stores with the schema, else by name and kind.
 *
 * @param features  the text of the schema's metadata "huggingface"; undefined where there is none
 * @throws TableFault where there is no such column, or more than one
 */
export function chooseColumns(fields: readonly TableField[], features: string | undefined): TableColumns {
  const types = readFeatures(features);
  const image = chooseImage(fields, types);
  const label = chooseLabel(fields, types);
  const path = choosePath(fields, image);
  const names = [image.column.name, ...(path ?? [])];
  const text = labelTextColumn(
    label,
    fields.filter(({ name }) => !names.includes(name)),
  );
  return {
    image: image.path,
    path,
    label: [label.name],
    labelNames: types.get(label.name)?.names ?? null,
    ...(text === null ? {} : { labelText: [text.name] }),
  };
}

const featuresSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });
const featureSchema = z.object({ _type: z.string(), names: z.array(z.string()).nullish().catch(null) });

type Feature = z.infer<typeof featureSchema>;

function readFeatures(text: string | undefined): Map<string, Feature> {
  const types = new Map<string, Feature>();
  for (const [name, value] of Object.entries(parseFeatures(text))) {
    const feature = featureSchema.safeParse(value);
    if (feature.success) types.set(name, feature.data);
  }
  return types;
}

/** Parses the features. Unreadable features are a fault, because without them the order of the labels is unknown. */
function parseFeatures(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return featuresSchema.safeParse(value).data?.info.features ?? {};
  } catch {
    throw new TableFault('the features in its metadata ("huggingface") are not JSON; write the table again');
  }
}

/** Columns of a list of files. */
export interface ListColumns {
  readonly path: string;
  readonly label: string;
  /** text stored with numeric labels that identifies the class too; null where there is none */
  readonly labelText: string | null;
}

/**
 * Chooses the columns of a list of image files by name. @throws TableFault where there is no such column, or more than
 * one
 */
export function chooseListColumns(fields: readonly TableField[]): ListColumns {
  const found = fields.filter(({ name, kind }) => kind === "text" && LIST_PATH_NAMES.includes(plainName(name)));
  const path = pick(found, ({ name }) => name, LIST_PATH_NAMES);
  if (path === null) {
    const fault =
      found.length === 0 ? "no column of paths (such as path, filename, image)" : "several columns of paths";
    throw new TableFault(`${fault} among ${describeFields(fields)}`);
  }
  const remaining = fields.filter(({ name }) => name !== path.name);
  const label = chooseLabel(remaining, new Map());
  return { path: path.name, label: label.name, labelText: labelTextColumn(label, remaining)?.name ?? null };
}

interface ImageColumn {
  readonly column: TableField;
  readonly path: readonly string[];
}

function chooseImage(fields: readonly TableField[], types: ReadonlyMap<string, Feature>): ImageColumn {
  const found = fields.flatMap((column): ImageColumn[] => {
    if (column.kind === "bytes") return [{ column, path: [column.name] }];
    const bytes = column.fields.find(({ name, kind }) => name === "bytes" && kind === "bytes");
    return bytes === undefined ? [] : [{ column, path: [column.name, "bytes"] }];
  });
  const declared = found.filter(({ column }) => types.get(column.name)?._type === "Image");
  const candidates = declared.length > 0 ? declared : found;
  const chosen = pick(candidates, ({ column }) => column.name, IMAGE_NAMES);
  if (chosen !== null) return chosen;
  const names = candidates.map(({ column }) => column.name);
  if (names.length > 1)
    throw new TableFault(`several columns may be the images (${names.join(", ")}); keep one of them`);
  throw new TableFault(`no column of images (bytes, or a struct with bytes) among ${describeFields(fields)}`);
}

function chooseLabel(fields: readonly TableField[], types: ReadonlyMap<string, Feature>): TableField {
  const found = fields.filter(({ kind }) => kind === "number" || kind === "text");
  const wnids = found.filter(({ name, kind }) => kind === "text" && /^(?:wnid|synset|wordnet_id)/i.test(name));
  const declared = found.filter(({ name }) => types.get(name)?._type === "ClassLabel");
  const named = found.filter(({ name }) => LABEL_NAMES.includes(plainName(name)));
  const candidates = [wnids, declared, named].find(({ length }) => length > 0) ?? [];
  const chosen = pick(candidates, ({ name }) => name, LABEL_NAMES);
  if (chosen !== null) return chosen;
  const names = candidates.map(({ name }) => name);
  if (names.length > 1)
    throw new TableFault(`several columns may be the labels (${names.join(", ")}); keep one of them`);
  throw new TableFault(`no column of labels (such as label, cls, wnid) among ${describeFields(fields)}`);
}

/**
 * Finds the column of text that also identifies a row's class; it reveals numeric labels in another order than the
 * benchmark's.
 */
function labelTextColumn(label: TableField, fields: readonly TableField[]): TableField | null {
  if (label.kind !== "number") return null;
  const texts = fields.filter(({ name, kind }) => kind === "text" && LABEL_NAMES.includes(plainName(name)));
  return pick(texts, ({ name }) => name, LABEL_NAMES);
}

function choosePath(fields: readonly TableField[], { column }: ImageColumn): readonly string[] | null {
  const inside = column.fields.find(({ name, kind }) => name === "path" && kind === "text");
  if (inside !== undefined) return [column.name, "path"];
  const namedPaths = fields.filter(({ name, kind }) => kind === "text" && PATH_NAMES.includes(plainName(name)));
  const chosen = pick(namedPaths, ({ name }) => name, PATH_NAMES);
  return chosen === null ? null : [chosen.name];
}

/** Returns the only item, else the one whose name is first in the list; null where there is none. */
function pick<Item>(items: readonly Item[], nameOf: (item: Item) => string, order: readonly string[]): Item | null {
  if (items.length <= 1) return items[0] ?? null;
  for (const name of order) {
    const named = items.filter((item) => plainName(nameOf(item)) === name);
    if (named.length === 1) return named[0] ?? null;
  }
  return null;
}

function describeFields(fields: readonly TableField[]): string {
  const some = fields.slice(0, 20).map(({ name, kind }) => (kind === "unused" ? name : `${name} (${kind})`));
  return some.length === 0 ? "its columns (there are none)" : some.join(", ");
}

/** Normalizes a column's name, however its words are separated: "Class ID" becomes class_id. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/(?<=\w)[- ](?=\w)/g, "_");
}
