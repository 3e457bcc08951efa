import { readMessages } from "./arrow-messages.ts";
import type { ArrowField, ArrowSchema } from "./arrow-metadata.ts";
import { type ArrowSlot, arrowSlots, tableField } from "./arrow-slots.ts";
import { type PlacedBatch, readPresence, readRanges, readValues } from "./arrow-values.ts";
import type { ByteSource } from "./byte-source.ts";
import { chooseColumns, TableFault } from "./table-columns.ts";

/** The rows of an Arrow file. */
export interface ArrowRows {
  /** (rows,), the byte of the file at which each row's image begins, and its length */
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  /** the values of the column of paths; null where a row has none */
  readonly paths: readonly (string | null)[];
  /** -1 where a row has none */
  readonly labels: readonly (string | number)[];
  /** text stored with numeric labels; null where a row has none */
  readonly labelTexts: readonly (string | null)[];
  readonly labelNames: readonly string[] | null;
  /** false for a stream without an end marker */
  readonly isEnded: boolean;
}

interface Columns {
  readonly image: ArrowSlot;
  readonly path: ArrowSlot | null;
  readonly label: ArrowSlot;
  readonly labelText: ArrowSlot | null;
  readonly labelNames: readonly string[] | null;
}

type Values = (string | number | null)[];

/**
 * Indexes the rows of an Arrow stream or file. Offsets, labels and paths are read from the bodies; images are not.
 *
 * @throws TableFault, naming the row, for data that is damaged, compressed, or not a table of images with labels
 */
export async function indexArrow(file: ByteSource): Promise<ArrowRows> {
  const starts: number[] = [];
  const lengths: number[] = [];
  const paths: (string | null)[] = [];
  const labels: (string | number)[] = [];
  const labelTexts: (string | null)[] = [];
  const dictionaries = new Map<number, Values>();
  const { messages, isEnded } = await readMessages(file);
  let columns: Columns | null = null;
  for await (const message of messages) {
    if (message.kind === "schema") {
      if (columns !== null) throw new TableFault("is damaged: a second schema");
      columns = findColumns(message.schema);
      continue;
    }
    if (columns === null) throw new TableFault("is damaged: it does not begin with a schema");
    const placed = { file, bodyStart: message.bodyStart, batch: message.batch };
    if (message.batch.compression !== null) throw compressed(message.batch.compression);
    if (message.kind === "dictionary") {
      const values = await readDictionary(placed, message.id, columns);
      const before = message.isDelta ? dictionaries.get(message.id) : undefined;
      if (before === undefined) dictionaries.set(message.id, values);
      else for (const value of values) before.push(value);
      continue;
    }
    await appendImages(placed, columns.image, starts, lengths);
    for (const label of await readColumn(placed, columns.label, dictionaries)) labels.push(label ?? -1);
    const texts = columns.labelText === null ? [] : await readColumn(placed, columns.labelText, dictionaries);
    for (let row = 0; row < message.batch.rows; row++) labelTexts.push(toText(texts[row]));
    const named = columns.path === null ? null : await readColumn(placed, columns.path, dictionaries);
    for (let row = 0; row < message.batch.rows; row++) paths.push(named === null ? null : toText(named[row]));
    const missing = lengths.indexOf(-1, lengths.length - message.batch.rows);
    if (missing !== -1) throw noImage(missing, paths[missing] ?? null);
  }
  if (columns === null) throw new TableFault("contains no table");
  return { starts, lengths, paths, labels, labelTexts, labelNames: columns.labelNames, isEnded: isEnded() };
}

function findColumns(schema: ArrowSchema): Columns {
  const slots = arrowSlots(schema);
  const slotOf = (path: readonly string[]) => slots.get(path.join(".")) as ArrowSlot;
  const chosen = chooseColumns(schema.fields.map(tableField), schema.metadata.get("huggingface"));
  return {
    image: slotOf(chosen.image),
    path: chosen.path === null ? null : slotOf(chosen.path),
    label: slotOf(chosen.label),
    labelText: chosen.labelText === undefined ? null : slotOf(chosen.labelText),
    labelNames: chosen.labelNames,
  };
}

/** Appends the images of a batch. A length of -1 marks a row without bytes. */
async function appendImages(placed: PlacedBatch, slot: ArrowSlot, starts: number[], lengths: number[]): Promise<void> {
  const isThere = await readPresence(placed, slot);
  const { offsets, dataStart } = await readRanges(placed, slot);
  for (let row = 0; row < placed.batch.rows; row++) {
    const start = offsets[row] as number;
    starts.push(dataStart + start);
    lengths.push(isThere(row) ? (offsets[row + 1] as number) - start : -1);
  }
}

async function readColumn(
  placed: PlacedBatch,
  slot: ArrowSlot,
  dictionaries: ReadonlyMap<number, Values>,
): Promise<Values> {
  const values = await readValues(placed, slot);
  const { name, dictionary } = slot.field;
  if (dictionary === null) return values;
  const entries = dictionaries.get(dictionary);
  return values.map((index) => {
    if (index === null) return null;
    const value = entries?.[index as number];
    if (value === undefined)
      throw new TableFault(`is damaged: ${name} has index ${index} of a dictionary of ${entries?.length ?? 0}`);
    return value;
  });
}

/** Reads the values of a dictionary; empty if its column is not needed. */
async function readDictionary(placed: PlacedBatch, id: number, { label, labelText, path }: Columns): Promise<Values> {
  const slot = [label, labelText, path].find((column) => column?.field.dictionary === id);
  if (slot === undefined || slot === null) return [];
  const field: ArrowField = { ...slot.field, dictionary: null, index: slot.field.type };
  return readValues(placed, { field, node: 0, buffer: 0, parents: [] });
}

function toText(value: string | number | null | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function compressed(codec: string): TableFault {
  return new TableFault(
    `its batches are compressed (${codec}), which is not supported in Arrow files; write it without (compression=None, "uncompressed"), or as Parquet`,
  );
}

function noImage(row: number, path: string | null): TableFault {
  return new TableFault(
    path === null
      ? `row ${row}: has no image`
      : `row ${row}: has no image, only the path "${path.slice(0, 200)}" of a file; pass the folder of the files instead, or save the table with its images (save_to_disk, push_to_hub)`,
  );
}
