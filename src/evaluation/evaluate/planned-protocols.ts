import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import { type ClassSpace, resolveClassSpace, scoredImages, usedRows } from "../../data/benchmark/class-space.ts";
import { type DefinitionHashes, hashDefinition } from "../../data/benchmark/definition.ts";
import { describeIncomplete, INCOMPLETE_ADVICE } from "../../data/dataset/incomplete.ts";
import { type LabelSets, labelImages } from "../../data/dataset/label-sets.ts";
import type { LocatedData } from "../../data/dataset/locate.ts";
import type { ImageList } from "../../data/sources/image-list.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { addNotes, makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { type ClassNameList, readClassNames } from "../classifier/class-names.ts";
import { type MatchedClassNames, matchClassNames, readProtocolClassNames } from "../scoring/class-name-order.ts";
import { type ClassSubset, findClasses } from "../scoring/class-subset.ts";
import { readClassSubset } from "../scoring/class-subset-file.ts";
import { findDataDoubts } from "./data-doubts.ts";
import { datasetNames } from "./dataset-names.ts";
import { restrictProtocol } from "./restrict-protocol.ts";

/** A protocol to score, with its class names and classes. */
export interface PlannedProtocol {
  readonly protocol: Protocol;
  readonly classNames: ClassNameList;
  /** id of its default class names */
  readonly defaultClassNames: string;
  readonly space: ClassSpace;
  /** parts of the definition that can change a score */
  readonly definition: DefinitionHashes;
  /** labels of single images; null if an image's class is its label */
  readonly labelSets: LabelSets | null;
  /** the classes that it is restricted to; null for an unrestricted protocol */
  readonly subset: ClassSubset | null;
  /** rows of the class names in its classifier, ascending; null for all, so that protocols share a classifier */
  readonly nameRows: readonly number[] | null;
}

export interface ProtocolOptions {
  /** class-name list, by id or path; default: the benchmark's */
  readonly classNames?: string | undefined;
  /** benchmark id → its protocols to score; default: all */
  readonly protocols?: Readonly<Record<string, readonly string[]>> | undefined;
  /** labels of single images, which add a protocol with their name */
  readonly labelSets?: LabelSets | undefined;
  /** file with a list of classes to which every protocol is restricted */
  readonly classes?: string | undefined;
  readonly allowIncomplete?: boolean | undefined;
  /** sample size; default: all images */
  readonly limit?: number | undefined;
}

export interface PlannedProtocols {
  /** at least one */
  readonly protocols: readonly PlannedProtocol[];
  /** doubts about the data, and omitted protocols */
  readonly notes: readonly Note[];
}

/**
 * Chooses the protocols of a benchmark that the available images allow, and checks that each has its images.
 *
 * @throws InputError if a protocol's images are incomplete and neither `allowIncomplete` nor `limit` is given, or the
 *   requested class names fit no protocol
 */
export async function planProtocols(
  benchmark: Benchmark,
  located: LocatedData,
  options: ProtocolOptions,
): Promise<PlannedProtocols> {
  const doubts = await findDataDoubts(benchmark, located);
  const notes: Note[] = [...doubts.notes];
  const planned: PlannedProtocol[] = [];
  const leftOut: string[] = [];
  const leaveOut = ({ id }: Protocol, reason: string) => {
    const text = `${benchmark.id}, protocol ${id}: left out, because ${reason}`;
    leftOut.push(text);
    notes.push(makeNote(text, { benchmark: benchmark.id, protocol: id }));
  };
  const [defaultProtocol] = benchmark.protocols;
  const file = options.classes === undefined ? null : await readClassSubset(options.classes);
  const chosen = options.protocols?.[benchmark.id];
  // for a list of classes, other protocols score the same images by other rules, so they must be requested
  const asked = chosen ?? (file === null ? undefined : [(defaultProtocol as Protocol).id]);
  let isScoredByDefault = (_: number) => true;
  let isIncompleteNoted = false;
  for (const { whole, labelSets } of candidates(benchmark, options)) {
    const names = await chooseClassNames(benchmark, whole, options.classNames);
    if ("reason" in names) {
      leaveOut(whole, names.reason);
      continue;
    }
    addNotes(notes, names.matched.notes);
    const classNames = names.matched.list;
    const wholeSpace = resolveClassSpace(benchmark, whole, classNames.names.length);
    if (whole === defaultProtocol) isScoredByDefault = (label) => wholeSpace.accepted[label] !== null;
    if (asked !== undefined && !asked.includes(whole.id)) continue;
    const { protocol, space, subset } =
      file === null
        ? { protocol: whole, space: await labelSpace(wholeSpace, labelSets, benchmark, located), subset: null }
        : restrictProtocol(whole, wholeSpace, findClasses(file, benchmark, whole, classNames), { benchmark, located });
    const isScored = (label: number) => space.accepted[label] !== null;
    const images = scoredImages(space, located.images);
    const reason = whyLeftOut(benchmark, protocol, images, isScoredByDefault);
    if (reason !== null) {
      leaveOut(protocol, reason);
      continue;
    }
    const hashes = { ...(await hashDefinition(benchmark, protocol, space)), ...folderNumbersPart(located) };
    const definition = {
      ...hashes,
      ...(subset === null ? {} : { classes: subset.sha256 }),
      ...(labelSets === null ? {} : { labels: labelSets.sha256 }),
    };
    const nameRows = subset === null ? null : usedRows(space);
    planned.push({
      protocol,
      classNames,
      defaultClassNames: names.defaultId,
      space,
      definition,
      labelSets,
      subset,
      nameRows,
    });
    if (images.length === protocol.images) continue;
    const text = describeIncomplete(benchmark, protocol, located, images, isScored);
    if (options.allowIncomplete === true) continue; // every table states the number of images
    if (options.limit === undefined) {
      const likely = doubts.likelySet === null ? "" : `; ${doubts.likelySet}`;
      throw new InputError(`${text}; ${INCOMPLETE_ADVICE}${likely}`);
    }
    if (isIncompleteNoted) continue;
    isIncompleteNoted = whole === defaultProtocol;
    const about = { benchmark: benchmark.id, ...(isIncompleteNoted ? {} : { protocol: protocol.id }) };
    notes.push(makeWarning(`${text}; the sample is taken from the available images`, about));
  }
  if (planned.length > 0) return { protocols: planned, notes };
  throw new InputError(`${benchmark.id}: no protocol can be scored: ${leftOut.join("; ")}`);
}

/** Records the column by which numbered folders were read: it determines the labels, and no definition contains it. */
function folderNumbersPart({ numberedBy }: LocatedData): DefinitionHashes {
  return numberedBy === undefined ? {} : { "folder numbers": sha256(numberedBy) };
}

/**
 * Returns the benchmark's protocols, and a variant of the first with labels of single images. @throws InputError for a
 * name conflict
 */
function candidates(
  { protocols, id }: Benchmark,
  { labelSets, classes }: ProtocolOptions,
): readonly { readonly whole: Protocol; readonly labelSets: LabelSets | null }[] {
  const benchmarkProtocols = protocols.map((whole) => ({ whole, labelSets: null }));
  if (labelSets === undefined) return benchmarkProtocols;
  const { path, scored } = labelSets;
  if (classes !== undefined) {
    throw new InputError(
      `${path} and ${classes}: labels of single images cannot be restricted to a list of classes; use only one of the options`,
    );
  }
  if (protocols.some((protocol) => protocol.id === labelSets.id)) {
    throw new InputError(`${path}: ${id} already has a protocol "${labelSets.id}"; rename the file`);
  }
  return [
    ...benchmarkProtocols,
    { whole: { ...(protocols[0] as Protocol), id: labelSets.id, images: scored }, labelSets },
  ];
}

async function labelSpace(
  space: ClassSpace,
  labelSets: LabelSets | null,
  benchmark: Benchmark,
  { images, root }: LocatedData,
): Promise<ClassSpace> {
  return labelSets === null ? space : { ...space, imageLabels: await labelImages(labelSets, benchmark, images, root) };
}

/** @returns the requested class names in the order of the protocol's classes, or the reason why they do not fit */
async function chooseClassNames(
  benchmark: Benchmark,
  protocol: Protocol,
  asked: string | undefined,
): Promise<{ readonly matched: MatchedClassNames; readonly defaultId: string } | { readonly reason: string }> {
  const ofProtocol = await readProtocolClassNames(benchmark, protocol);
  const defaultId = ofProtocol.list.id;
  if (asked === undefined) return { matched: ofProtocol, defaultId };
  const needed = ofProtocol.list.names.length;
  const list = await readClassNames(asked, { datasets: datasetNames(benchmark), names: needed });
  if (list.names.length !== needed) {
    return { reason: `class-name list ${list.id} has ${list.names.length} names, but it needs ${needed}` };
  }
  return { matched: matchClassNames(list, benchmark, protocol, ofProtocol.list), defaultId };
}

/**
 * Returns why a protocol is left out. One that scores more images than the default protocol is left out if all of these
 * are missing: ObjectNet's 113 folders are often kept without the other 200.
 */
function whyLeftOut(
  benchmark: Benchmark,
  protocol: Protocol,
  images: ImageList,
  isScoredByDefault: (label: number) => boolean,
): string | null {
  if (images.length === 0) return "none of its classes has an image here";
  if (protocol.images > benchmark.images && images.withLabels(isScoredByDefault).length === images.length) {
    return `it needs ${protocol.images} images, but only those of the other protocols are here`;
  }
  return null;
}
