import { realpath } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readOwnTextIfThere, statIfThere } from "../../foundation/files/if-there.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { openRegular } from "../../foundation/files/regular-file.ts";
import { isSealed } from "./sealed-text.ts";

/** Record of the inputs of each output, in the same folder; a `fits.csv` does not name its inputs. */
const RECORD = ".made-from.json";

const recordSchema = z.object({
  schema: z.literal(1),
  /** output path relative to the record's folder → its inputs, see {@link inputName} */
  files: z.record(z.string(), z.array(z.string())),
});

/** Number of leading bytes that identify a file written by this program. */
const HEAD_BYTES = 16_384;
/** Input name of outputs that are in the results folder they were made from. */
const SAME_FOLDER = ".";

export interface Outputs {
  readonly command: "fit" | "report" | "table" | "cite";
  readonly folder: string;
  /** inputs as given by the user: folders, files, ids of published rows */
  readonly inputs: readonly string[];
  /**
   * names relative to the folder; for a CSV file also its header line, which identifies files written by this program
   */
  readonly files: readonly { readonly name: string; readonly header?: string }[];
}

/**
 * Claims output files for a command: records their inputs in the same folder before they are written. The same command
 * may overwrite them from the same inputs.
 *
 * Files without a record are overwritten in the results folder that they are made from if they have the format that the
 * command writes, since the record may not have been copied with them.
 *
 * @throws InputError naming an existing file that was made from other inputs or by another program; nothing is written
 *   then
 */
export async function claimOutputs({ command, folder, inputs, files }: Outputs): Promise<void> {
  const path = join(folder, RECORD);
  const text = await readOwnTextIfThere(path);
  const record = text === null ? {} : parseRecord(text, path);
  const root = await realPath(folder);
  const from = [...new Set(await Promise.all(inputs.map((input) => inputName(input, root))))].sort();
  for (const { name, header } of files) {
    const file = join(folder, name);
    if ((await statIfThere(file))?.isFile() !== true) continue; // nothing to overwrite; a folder or device is refused when writing
    const known = Object.hasOwn(record, name) ? record[name] : undefined;
    const advice = `it is not overwritten: choose another path with --out, or move it`;
    if (known !== undefined && known.join("\n") !== from.join("\n")) {
      throw new InputError(
        `${file}: was made from ${describe(known)}, but would now be made from ${describe(from)}; ${advice}`,
      );
    }
    if (!(await isOurs(file, header, known !== undefined))) {
      throw new InputError(
        `${file}: was not written by shiftline ${command}${name.endsWith(".bib") ? ", or was edited since" : ""}; ${advice}`,
      );
    }
    if (known === undefined && from.join() !== SAME_FOLDER) {
      throw new InputError(`${file}: its inputs are unknown (not recorded in ${RECORD}); ${advice}`);
    }
  }
  const claimed = { ...record, ...Object.fromEntries(files.map(({ name }) => [name, from])) };
  const sorted = Object.fromEntries(Object.entries(claimed).sort(([a], [b]) => (a < b ? -1 : 1)));
  const next = `${JSON.stringify({ schema: 1, files: sorted }, null, 2)}\n`;
  if (next !== text) await atomicWrite(path, next);
}

function parseRecord(text: string, path: string): Record<string, string[]> {
  try {
    return parseJson(text, path, recordSchema).files;
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(
      `${cause.message}; it records the inputs of the files in its folder: remove it only together with them`,
      { cause },
    );
  }
}

/**
 * Returns the name of an input in the record: relative to the folder, so that both can be moved together; published
 * rows by id.
 */
async function inputName(input: string, root: string): Promise<string> {
  if ((await statIfThere(input)) === null) return `published:${input}`;
  return (
    relative(root, await realpath(input))
      .split(sep)
      .join("/") || SAME_FOLDER
  );
}

/** Resolves the real path of a folder that may not exist yet. */
async function realPath(folder: string): Promise<string> {
  const path = resolve(folder);
  if ((await statIfThere(path)) !== null) return await realpath(path);
  return dirname(path) === path ? path : join(await realPath(dirname(path)), basename(path));
}

function describe(inputs: readonly string[]): string {
  const names = inputs.map((input) =>
    input === SAME_FOLDER ? "the results in this folder" : input.replace(/^published:/, ""),
  );
  return names.join(", ");
}

/**
 * Whether a file has the format that the command writes. BibTeX, which users extend, must be unchanged. A PNG cannot be
 * identified, so the SVG of the same name or the record decides.
 */
async function isOurs(file: string, header: string | undefined, isRecorded: boolean): Promise<boolean> {
  const type = extname(file).toLowerCase();
  if (type === ".bib") return isSealed((await readOwnTextIfThere(file)) ?? "");
  const head = await readHead(file);
  if (header !== undefined) return isHeader(head.split(/\r?\n/, 1)[0] as string, header, isRecorded);
  if (type === ".html") return head.includes('<meta name="generator" content="Shiftline ');
  if (type === ".json") return head.startsWith('{\n  "made_by": "shiftline ');
  if (type === ".parquet") return isRecorded && head.startsWith("PAR1");
  if (type === ".svg") return head.startsWith("<svg ") && head.includes('class="scatter');
  if (!head.startsWith("\u0089PNG")) return false;
  const svg = `${file.slice(0, -type.length)}.svg`;
  return isRecorded || ((await statIfThere(svg)) !== null && (await isOurs(svg, undefined, false)));
}

/**
 * Whether a file has the command's header line. A recorded file may also be by an earlier version with fewer columns.
 */
function isHeader(found: string, header: string, isRecorded: boolean): boolean {
  if (found === header) return true;
  const columns = new Set(header.split(","));
  return isRecorded && found !== "" && found.split(",").every((column) => columns.has(column));
}

async function readHead(path: string): Promise<string> {
  const file = await openRegular(path).catch((cause: unknown) => {
    throw readError(path, cause);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
