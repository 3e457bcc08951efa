import { join } from "node:path";
import { listBaselines } from "../../analysis/robustness/read-baseline.ts";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import type { BibEntry } from "../../foundation/files/bib-entries.ts";
import { makeNote } from "../../foundation/notes.ts";
import { inShiftOrder } from "../../output/tables/shift-order.ts";
import { printable } from "../../output/tables/text-table.ts";
import { readAccuracies } from "./fit-inputs.ts";
import { claimOutputs } from "./made-from.ts";
import { outputPlace, placeName } from "./output-place.ts";
import { checkNothingLeftOut, printNotes, sortNotes } from "./print-notes.ts";
import { printJson, printText } from "./print-result.ts";
import { readCitations, resolveCitations } from "./read-citations.ts";
import { resultSources } from "./result-sources.ts";
import { sealText } from "./sealed-text.ts";

const FILE = "citations.bib";
const DEFAULT_BASELINE = "openai-clip";
/** In-distribution benchmark of the default baseline. */
const IN_DISTRIBUTION = "imagenet";

/** Options of `shiftline cite`, as parsed from the command line. */
export interface CiteCommandOptions {
  /** results in addition to the arguments */
  readonly results?: readonly string[];
  /** ids or definition files, cited in addition to results or without them */
  readonly benchmark?: readonly string[];
  /** default: openai-clip, if there are results on ImageNet */
  readonly baseline?: string;
  readonly out?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** A cited item and its BibTeX entries. */
interface Citation {
  readonly what: string;
  readonly entries: readonly BibEntry[];
}

/** Items that results use. */
interface Used {
  readonly benchmarks: readonly string[];
  readonly templates: readonly string[];
  readonly baselines: readonly string[];
  /** names of `uses.json` */
  readonly methods: readonly string[];
  readonly leftOut: readonly string[];
}

/**
 * Runs `shiftline cite`: prints or writes BibTeX entries for the benchmarks, prompts, baselines and methods that
 * results use. Each entry appears once, below a comment that lists its uses.
 *
 * @param inputs results folders, CSV files or ids of published baselines; default without `benchmark`: `results`
 */
export async function runCite(inputs: readonly string[], options: CiteCommandOptions): Promise<void> {
  const { benchmark: asked = [], out } = options;
  const isOfResults = inputs.length > 0 || options.results !== undefined || asked.length === 0;
  const sources = isOfResults ? resultSources(inputs, options.results) : [];
  const used = await readUsed(sources, options.baseline);
  const { citations, unknown } = await collect(used, asked);
  const notes =
    unknown.length === 0
      ? []
      : [
          makeNote(
            `no citation is known for ${unknown.join(", ")}; --benchmark FILE.json uses the "cite" entries of a definition`,
          ),
        ];
  printNotes(sortNotes(notes, [], used.leftOut), options);
  const text = formatCitations(citations);
  if (out !== undefined) {
    const place = await outputPlace(sources, out, ".bib");
    if (place === null) throw new InputError(`--out ${out}: expected a folder or a .bib file`);
    const name = place.file ?? FILE;
    const from = [...sources, ...asked];
    await claimOutputs({ command: "cite", folder: place.folder, inputs: from, files: [{ name }] });
    await atomicWrite(join(place.folder, name), sealText(`\n${text}`));
    if (!options.quiet) process.stderr.write(`written to ${printable(placeName({ ...place, file: name }))}\n`);
  } else if (options.json) printJson(citations);
  else printText(text);
  checkNothingLeftOut(used.leftOut);
}

async function readUsed(sources: readonly string[], baseline: string | undefined): Promise<Used> {
  const benchmarks = new Set<string>();
  const templates = new Set<string>();
  /** checkpoints with predictions, which can be paired */
  const checkpoints = new Set<string>();
  const leftOut: string[] = [];
  let hasRecall = false;
  for (const source of sources) {
    const read = await readAccuracies(source);
    leftOut.push(...read.leftOut);
    for (const row of read.rows) {
      benchmarks.add(row.benchmark);
      templates.add(row.templates);
    }
    for (const { metrics } of read.results) {
      checkpoints.add(metrics.checkpoint);
      hasRecall ||= metrics.metrics.some(({ metric }) => metric === "mean_per_class_recall");
    }
  }
  const shipped = await listBaselines();
  if (baseline !== undefined && !shipped.includes(baseline)) await readAccuracies(baseline); // reports an unknown name
  const line = baseline ?? (benchmarks.has(IN_DISTRIBUTION) ? DEFAULT_BASELINE : undefined);
  return {
    benchmarks: [...benchmarks],
    templates: [...templates],
    baselines: [
      ...new Set([...(line === undefined ? [] : [line]), ...sources.filter((source) => shipped.includes(source))]),
    ],
    methods: [
      "accuracy",
      ...(hasRecall ? ["recall"] : []),
      ...(line === undefined ? [] : ["robustness"]),
      ...(checkpoints.size > 1 ? ["comparison"] : []),
    ],
    leftOut,
  };
}

async function collect(
  used: Used,
  asked: readonly string[],
): Promise<{ readonly citations: readonly Citation[]; readonly unknown: readonly string[] }> {
  const { references, uses } = await readCitations();
  const given: Benchmark[] = [];
  for (const idOrPath of asked) given.push(await readBenchmark(idOrPath));
  const shipped = await Promise.all((await listBenchmarks()).map(readBenchmark));
  const definitions = new Map([...shipped, ...given].map((benchmark) => [benchmark.id, benchmark]));
  const ids = [...new Set([...used.benchmarks, ...given.map(({ id }) => id)])].map((benchmark) => ({ benchmark }));
  const citations: Citation[] = [];
  const unknown: string[] = [];
  for (const { benchmark: id } of inShiftOrder(ids, () => "")) {
    const definition = definitions.get(id);
    const entries = await resolveCitations(definition?.cite ?? [], references, definition?.path ?? id);
    if (entries.length === 0) unknown.push(id);
    else citations.push({ what: `data: ${definition?.title ?? id}`, entries });
  }
  unknown.push(...used.baselines.filter((id) => uses.baselines[id] === undefined));
  const add = async (what: string, keys: readonly string[] = []) => {
    if (keys.length > 0) citations.push({ what, entries: await resolveCitations(keys, references, what) });
  };
  for (const id of used.templates) await add(`prompts: ${id}`, uses.templates[id]);
  for (const id of used.baselines) await add(`baseline: ${id}`, uses.baselines[id]);
  for (const id of used.methods) await add(`method: ${uses.methods[id]?.title}`, uses.methods[id]?.cite);
  return { citations, unknown };
}

/** Formats each entry once, in order of first use, below a comment that lists its uses. */
function formatCitations(citations: readonly Citation[]): string {
  const uses = new Map<string, { text: string; for: string[] }>();
  for (const { what, entries } of citations) {
    for (const { key, text } of entries) {
      const known = uses.get(key) ?? { text, for: [] };
      known.for.push(what);
      uses.set(key, known);
    }
  }
  const parts = [...uses.values()].map((use) =>
    [...use.for.map((what) => `% ${printable(what)}`), use.text].join("\n"),
  );
  return `${parts.join("\n\n")}\n`;
}
