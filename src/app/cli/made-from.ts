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

/** Beside outputs: what each was made from. Without it nobody can tell whose a `fits.csv` is. */
const RECORD = ".made-from.json";

const recordSchema = z.object({
  schema: z.literal(1),
  /** output, below the record's folder → its inputs, as they are named below */
  files: z.record(z.string(), z.array(z.string())),
});

/** Bytes of a file that say whether it is one of ours. */
const HEAD_BYTES = 16_384;
/** The input of what lies in the results folder that it was made from. */
const SAME_FOLDER = ".";

export interface Outputs {
  readonly command: "fit" | "report" | "table" | "cite";
  readonly folder: string;
  /** as the user gave them: folders, files, ids of published rows */
  readonly inputs: readonly string[];
  /** names below the folder; of a CSV file also its header line, by which one of ours is known */
  readonly files: readonly { readonly name: string; readonly header?: string }[];
}

/**
 * Claims files for a command: notes what they are made from, in a record beside them, before they are written. The same
 * command may write them again from the same inputs.
 *
 * Files without a record are replaced where they lie in the results folder that they are made from, if they are of the form
 * that the command writes: the record may not have been copied with them.
 *
 * @throws InputError naming a file that is there and was made from other inputs, or by something else; nothing is
 *   written then
 */
export async function claimOutputs({ command, folder, inputs, files }: Outputs): Promise<void> {
  const path = join(folder, RECORD);
  const text = await readOwnTextIfThere(path);
  const record = text === null ? {} : parseRecord(text, path);
  const root = await realPath(folder);
  const from = [...new Set(await Promise.all(inputs.map((input) => inputName(input, root))))].sort();
  for (const { name, header } of files) {
    const file = join(folder, name);
    if ((await statIfThere(file))?.isFile() !== true) continue; // nothing there; what is no file cannot be replaced
    const known = Object.hasOwn(record, name) ? record[name] : undefined;
    const advice = `it is not replaced: name another place with --out, or move it away`;
    if (known !== undefined && known.join("\n") !== from.join("\n")) {
      throw new InputError(
        `${file}: made from ${describe(known)}, and now it would be from ${describe(from)}; ${advice}`,
      );
    }
    if (!(await isOurs(file, header, known !== undefined))) {
      throw new InputError(
        `${file}: not a file that shiftline ${command} wrote${name.endsWith(".bib") ? ", or it was changed since" : ""}; ${advice}`,
      );
    }
    if (known === undefined && from.join() !== SAME_FOLDER) {
      throw new InputError(`${file}: what it was made from is not known (${RECORD} does not have it); ${advice}`);
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
      `${cause.message}; it says what the files beside it were made from: remove it only with them`,
      { cause },
    );
  }
}

/** An input as the record names it: relative to the folder, so that both may be moved together; published rows by id. */
async function inputName(input: string, root: string): Promise<string> {
  if ((await statIfThere(input)) === null) return `published:${input}`;
  return (
    relative(root, await realpath(input))
      .split(sep)
      .join("/") || SAME_FOLDER
  );
}

/** The real path of a folder that need not be there yet. */
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

/** Whether a file is of the form that the command writes; BibTeX, which people add entries to, as it was written. A PNG says nothing: the SVG beside it, or the record, does. */
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

/** Whether a file begins as the command writes it; one that the record has, also where an earlier version had fewer columns. */
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
