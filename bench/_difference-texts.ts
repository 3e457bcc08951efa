import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Matrix } from "../src/foundation/math/matrix.ts";
import { openCheckpoint } from "../src/model/checkpoint/open-checkpoint.ts";
import { ROOT } from "./_child.ts";
import type { Difference } from "./_difference.ts";
import { embedSubject } from "./_difference-images.ts";
import { bestClasses, classVectors, comparePredictions, cosines } from "./_difference-scores.ts";
import { CHECKPOINTS, demoSubject, readCsv, readTemplates, type Subject } from "./_difference-subjects.ts";
import { makeScratch } from "./_scratch.ts";

interface TextChange {
  readonly change: string;
  readonly classes: () => Promise<Matrix>;
}

/** What other prompts, class names and averaging do to the subject's predictions. */
export async function textDifferences(subject: Subject): Promise<Difference[]> {
  const { wnids } = subject;
  const changes: TextChange[] = [
    ...(wnids === null
      ? [oneTemplate(subject, "a {}."), oneTemplate(subject, "{}")]
      : [shippedTemplates(subject, "simple-7"), shippedTemplates(subject, "single-1"), oneTemplate(subject, "{}")]),
    { change: "prompts averaged before normalization", classes: () => classVectors(subject, true) },
    ...(wnids === null ? [] : [wordNetNames(subject, wnids)]),
    ...(wnids === null ? [underscores(subject)] : []),
  ];
  const classes = await classVectors(subject);
  const embeddings = await embedSubject(subject);
  const best = bestClasses(embeddings, classes);
  const found: Difference[] = [];
  for (const { change, classes: changedClasses } of changes) {
    const changed = await changedClasses();
    const compared = comparePredictions(subject, best, bestClasses(embeddings, changed), cosines(classes, changed));
    found.push({ section: "texts", change, affected: null, ...compared });
  }
  return found;
}

function shippedTemplates(subject: Subject, id: string): TextChange {
  const templates = readTemplates(join(ROOT, "prompts", "templates", `${id}.txt`));
  return { change: `templates ${id} for openai-80`, classes: () => classVectors({ ...subject, templates }) };
}

function oneTemplate(subject: Subject, template: string): TextChange {
  const instead = subject.wnids === null ? "the four templates" : "openai-80";
  const change = template === "{}" ? `the class name alone for ${instead}` : `\`${template}\` for ${instead}`;
  return { change, classes: () => classVectors({ ...subject, templates: [template] }) };
}

function underscores(subject: Subject): TextChange {
  const classNames = subject.classNames.map((name) => name.replaceAll(" ", "_"));
  return { change: "class names with `_` for spaces", classes: () => classVectors({ ...subject, classNames }) };
}

/** WordNet's first name of each class: "tench" of "tench, Tinca tinca". */
function wordNetNames(subject: Subject, wnids: readonly string[]): TextChange {
  const names = new Map(
    readCsv("benchmarks", "classes", "imagenet-synonyms.csv").map((row) => [row.wnid, row.names?.split(", ")[0]]),
  );
  const classNames = wnids.map((wnid) => names.get(wnid) as string);
  return { change: "WordNet's first names for OpenAI's", classes: () => classVectors({ ...subject, classNames }) };
}

/** A file of a checkpoint that is edited, and what that does to its texts. */
interface ConfigurationChange {
  readonly change: string;
  readonly folder: string;
  readonly file: string;
  readonly edit: (text: string) => string;
}

const SIMPLE = join(ROOT, "prompts", "templates", "simple-7.txt");
const CONFIGURATION_CHANGES: readonly ConfigurationChange[] = [
  {
    change: "SigLIP's texts neither in lower case nor without punctuation (`clean` missing)",
    folder: "siglip-open-clip",
    file: "open_clip_config.json",
    edit: (text) => text.replace(/"tokenizer_kwargs": \{[^}]*\},/, ""),
  },
  {
    change: "texts not in lower case (a tokenizer without `Lowercase`)",
    folder: "hf-split",
    file: "tokenizer.json",
    edit: (text) => text.replace(',{"type":"Lowercase"}', ""),
  },
  {
    change: "another padding token (`pad_token` `<unk>`)",
    folder: "siglip",
    file: "tokenizer_config.json",
    edit: (text) => text.replace('"pad_token": "</s>"', '"pad_token": "<unk>"'),
  },
  {
    change: "another padding token (`padId`), where the graph masks padding",
    folder: "shiftline-json",
    file: "shiftline.json",
    edit: (text) => text.replace('"padId": 1279', '"padId": 5'),
  },
];

/** What an edited text configuration does to the demo's pictures. */
export async function configurationDifferences(): Promise<Difference[]> {
  const scratch = makeScratch();
  const found: Difference[] = [];
  for (const { change, folder, file, edit } of CONFIGURATION_CHANGES) {
    const copy = join(scratch, folder);
    cpSync(join(CHECKPOINTS, folder), copy, { recursive: true });
    const text = readFileSync(join(copy, file), "utf8");
    if (edit(text) === text) throw new Error(`${folder}/${file}: nothing to edit`);
    writeFileSync(join(copy, file), edit(text));
    const subject = { ...(await demoSubject(folder)), templates: readTemplates(SIMPLE) };
    const embeddings = await embedSubject(subject);
    const classes = await classVectors(subject);
    const changed = await classVectors({ ...subject, checkpoint: await openCheckpoint(copy) });
    const [before, after] = [bestClasses(embeddings, classes), bestClasses(embeddings, changed)];
    const compared = comparePredictions(subject, before, after, cosines(classes, changed));
    found.push({ section: "texts", change, affected: null, ...compared });
  }
  return found;
}
