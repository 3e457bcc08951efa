import { InputError } from "../../foundation/errors.ts";
import { byteSize, decimal } from "../../foundation/number-text.ts";
import {
  CONVERTED_LAYOUTS,
  type ConvertedCheckpoint,
  type ConvertedLayout,
  convertCheckpoint,
} from "../../model/checkpoint/conversion/convert-checkpoint.ts";
import { formatTextTable, printable } from "../../output/tables/text-table.ts";
import { shellLine } from "../cluster/shell-quote.ts";
import { checkOutputFolder } from "./output-place.ts";
import { printJson, printText } from "./print-result.ts";
import { startProgress } from "./progress-reporter.ts";
import { listenForStop, StoppedError } from "./stop-signals.ts";
import { answerStop } from "./supervised-process.ts";

/** Options of `shiftline convert`, as parsed from the command line. */
export interface ConvertCommandOptions {
  readonly out: string;
  readonly arch?: string;
  readonly variant?: string;
  readonly layout?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Runs `shiftline convert`. A summary goes to stdout; progress, notes and warnings go to stderr. */
export async function runConvert(path: string, command: ConvertCommandOptions): Promise<void> {
  const layout = parseLayout(command.layout);
  await checkOutputFolder(command.out, "checkpoint");
  const progress = startProgress({ quiet: command.quiet ?? false, isBrief: true });
  const stop = listenForStop((text) => progress.note(text), answerStop);
  try {
    const converted = await convertCheckpoint(path, command.out, {
      arch: command.arch,
      variant: command.variant,
      ...(layout === undefined ? {} : { layout }),
      onProgress: ({ done, total }) =>
        progress.update({ task: "weights", unit: "MB", done: toMegabytes(done), total: toMegabytes(total) }),
      signal: stop.signal,
    });
    progress.stop();
    for (const text of converted.warnings) progress.warning(`warning: ${printable(text)}`);
    for (const text of converted.notes) progress.note(`note: ${printable(text)}`);
    if (command.json) printJson(converted);
    else printText(formatConverted(converted));
    progress.note(`next: ${shellLine(["npx", "shiftline", "inspect", command.out])}`);
  } catch (error) {
    progress.stop();
    if (error instanceof StoppedError) progress.note(`${error.message}; nothing was written to ${command.out}`);
    throw error;
  } finally {
    progress.stop();
    stop.dispose();
  }
}

function parseLayout(name: string | undefined): ConvertedLayout | undefined {
  const layout = CONVERTED_LAYOUTS.find((known) => known === name);
  if (name === undefined || layout !== undefined) return layout;
  throw new InputError(`--layout ${name}: expected ${CONVERTED_LAYOUTS.join(" or ")}`);
}

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}

function formatConverted({ architecture, source, parameters, layout, files }: ConvertedCheckpoint): string {
  const millions = (count: number) => `${decimal(count / 1e6, 2)} M`;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = [...files, { path: "total", bytes: total }];
  const columns = [
    { title: "file", align: "left" },
    { title: "size", align: "right" },
  ] as const;
  return [
    `${architecture} (${source}), layout ${layout}`,
    `parameters: ${millions(parameters.image)} in the image tower, ${millions(parameters.text)} in the text tower`,
    "",
    formatTextTable(
      columns,
      rows.map(({ path, bytes }) => [path, byteSize(bytes)]),
    ),
  ].join("\n");
}
