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

/** A protocol that will be scored: its class names and its classes. */
export interface PlannedProtocol {
  readonly protocol: Protocol;
  readonly classNames: ClassNameList;
  /** id of the class names it has where none are asked for */
  readonly defaultClassNames: string;
  readonly space: ClassSpace;
  /** what the definition says that can change a score */
  readonly definition: DefinitionHashes;
  /** labels of single images that it scores by; null where an image's class decides */
  readonly labelSets: LabelSets | null;
  /** the classes that it is restricted to; null where it is the benchmark's own protocol */
  readonly subset: ClassSubset | null;
  /** rows of the class names that its classifier has, ascending; null for all, so that protocols share it */
  readonly nameRows: readonly number[] | null;
}

export interface ProtocolOptions {
  /** class-name list, by id or path; the benchmark's where absent */
  readonly classNames?: string | undefined;
  /** benchmark id → those of its protocols that are scored; all where it is not named */
  readonly protocols?: Readonly<Record<string, readonly string[]>> | undefined;
  /** labels of the benchmark's single images: a further protocol of their name */
  readonly labelSets?: LabelSets | undefined;
  /** file of a list of classes: every protocol is restricted to them */
  readonly classes?: string | undefined;
  readonly allowIncomplete?: boolean | undefined;
  /** images of the sample; all where absent */
  readonly limit?: number | undefined;
}

export interface PlannedProtocols {
  /** at least one */
  readonly protocols: readonly PlannedProtocol[];
  /** doubts of the data, and what is left out */
  readonly notes: readonly Note[];
}

/**
 * Chooses the protocols of a benchmark that the images at hand allow, and checks that each has its images.
 *
 * @throws InputError if a protocol's images are not all there and neither `allowIncomplete` nor `limit` is given, or
 *   the class names asked for fit no protocol
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
  // of a list, the other protocols score the same images by other rules: only where they are asked for
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
    if (options.allowIncomplete === true) continue; // every table says of how many
    if (options.limit === undefined) {
      const likely = doubts.likelySet === null ? "" : `; ${doubts.likelySet}`;
      throw new InputError(`${text}; ${INCOMPLETE_ADVICE}${likely}`);
    }
    if (isIncompleteNoted) continue;
    isIncompleteNoted = whole === defaultProtocol;
    const about = { benchmark: benchmark.id, ...(isIncompleteNoted ? {} : { protocol: protocol.id }) };
    notes.push(makeWarning(`${text}; the sample is of what is there`, about));
  }
  if (planned.length > 0) return { protocols: planned, notes };
  throw new InputError(`${benchmark.id}: no protocol can be scored: ${leftOut.join("; ")}`);
}

/** Which column numbers as folders' names were read by, which no definition says: by another, labels are others. */
function folderNumbersPart({ numberedBy }: LocatedData): DefinitionHashes {
  return numberedBy === undefined ? {} : { "folder numbers": sha256(numberedBy) };
}

/** The benchmark's protocols, and the first again by the labels of single images. @throws InputError for names that two have */
function candidates(
  { protocols, id }: Benchmark,
  { labelSets, classes }: ProtocolOptions,
): readonly { readonly whole: Protocol; readonly labelSets: LabelSets | null }[] {
  const own = protocols.map((whole) => ({ whole, labelSets: null }));
  if (labelSets === undefined) return own;
  const { path, scored } = labelSets;
  if (classes !== undefined) {
    throw new InputError(
      `${path} and ${classes}: labels of single images are not restricted to a list of classes; give one of them`,
    );
  }
  if (protocols.some((protocol) => protocol.id === labelSets.id)) {
    throw new InputError(
      `${path}: ${id} has a protocol "${labelSets.id}", as its results would be called; rename the file`,
    );
  }
  return [...own, { whole: { ...(protocols[0] as Protocol), id: labelSets.id, images: scored }, labelSets }];
}

async function labelSpace(
  space: ClassSpace,
  labelSets: LabelSets | null,
  benchmark: Benchmark,
  { images, root }: LocatedData,
): Promise<ClassSpace> {
  return labelSets === null ? space : { ...space, imageLabels: await labelImages(labelSets, benchmark, images, root) };
}

/** @returns the class names asked for in the order of the protocol's classes, or why they do not fit it */
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
    return { reason: `class-name list ${list.id} has ${list.names.length} names, it needs ${needed}` };
  }
  return { matched: matchClassNames(list, benchmark, protocol, ofProtocol.list), defaultId };
}

/**
 * A protocol that scores more than the default one is left out where all the rest is absent: people keep ObjectNet's 113
 * folders without the other 200.
 */
function whyLeftOut(
  benchmark: Benchmark,
  protocol: Protocol,
  images: ImageList,
  isScoredByDefault: (label: number) => boolean,
): string | null {
  if (images.length === 0) return "none of its classes has an image here";
  if (protocol.images > benchmark.images && images.withLabels(isScoredByDefault).length === images.length) {
    return `it needs ${protocol.images} images, and here are only those of the other protocols`;
  }
  return null;
}
