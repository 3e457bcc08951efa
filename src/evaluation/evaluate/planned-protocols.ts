import { basename, resolve } from "node:path";
import { type Benchmark, listBenchmarks, type Protocol, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { classKeys } from "../../data/benchmark/class-list.ts";
import { type ClassSpace, resolveClassSpace } from "../../data/benchmark/class-space.ts";
import { type DefinitionHashes, hashDefinition } from "../../data/benchmark/definition.ts";
import { describeAside, nameFew } from "../../data/dataset/describe-aside.ts";
import { describeIncomplete, INCOMPLETE_ADVICE } from "../../data/dataset/incomplete.ts";
import { likelyOtherSets } from "../../data/dataset/likely-set.ts";
import type { LocatedData } from "../../data/dataset/locate.ts";
import type { ImageList } from "../../data/sources/image-list.ts";
import { InputError } from "../../foundation/errors.ts";
import { addNotes, makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { type ClassNameList, readClassNames } from "../classifier/class-names.ts";
import { matchClassNames, readProtocolClassNames } from "../scoring/class-name-order.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";

/** A protocol that will be scored: its class names and its classes. */
export interface PlannedProtocol {
  readonly protocol: Protocol;
  readonly classNames: ClassNameList;
  /** id of the class names it has where none are asked for */
  readonly defaultClassNames: string;
  readonly space: ClassSpace;
  /** what the definition says that can change a score */
  readonly definition: DefinitionHashes;
}

/** What people call folders of training images. */
const TRAINING = /^(?:train|training)$/i;

/**
 * Chooses the protocols of a benchmark that the images at hand allow, and checks that each has its images.
 *
 * @param notes  what is left out is said here
 * @throws InputError if a protocol's images are not all there and neither `allowIncomplete` nor `limit` is given, or
 *   the class names asked for fit no protocol
 */
export async function planProtocols(
  benchmark: Benchmark,
  located: LocatedData,
  options: EvaluateOptions,
  notes: Note[],
): Promise<PlannedProtocol[]> {
  const planned: PlannedProtocol[] = [];
  const leftOut: string[] = [];
  const leaveOut = (protocol: Protocol, reason: string) => {
    const text = `${benchmark.id}, protocol ${protocol.id}: left out, because ${reason}`;
    leftOut.push(text);
    notes.push(makeNote(text, { benchmark: benchmark.id, protocol: protocol.id }));
  };
  const likely = await describeLikelySet(benchmark, located);
  const about = { benchmark: benchmark.id };
  if (likely !== null) notes.push(makeWarning(`${located.root}: ${likely}`, about));
  const name = basename(resolve(located.root));
  if (TRAINING.test(name) && !benchmark.folders.some((folder) => basename(folder) === name)) {
    notes.push(makeWarning(`${located.root}: its name says that it is a training set`, about));
  }
  const { misplaced } = located.aside;
  if (misplaced.length > 0) {
    const text = `${located.root}: folders named as a class inside the folder of another, whose images count for the outer one: ${nameFew(misplaced)}`;
    notes.push(makeWarning(text, about));
  }
  for (const text of located.aside.warnings) notes.push(makeWarning(text, about));
  for (const text of describeAside(located)) notes.push(makeNote(text, about));
  let saidIncomplete = false;
  let isDefault = (_: number) => true;
  for (const protocol of benchmark.protocols) {
    const ofProtocol = await readProtocolClassNames(benchmark, protocol);
    const own = ofProtocol.list;
    const asked = options.classNames === undefined ? null : await readClassNames(options.classNames);
    if (asked !== null && asked.names.length !== own.names.length) {
      const counts = `${asked.id} has ${asked.names.length} names, it needs ${own.names.length}`;
      leaveOut(protocol, `class-name list ${counts}`);
      continue;
    }
    const matched = asked === null ? ofProtocol : matchClassNames(asked, benchmark, protocol, own);
    const classNames = matched.list;
    addNotes(notes, matched.notes);
    const space = resolveClassSpace(benchmark, protocol, classNames.names.length);
    if (protocol === benchmark.protocols[0]) isDefault = (label) => space.accepted[label] !== null;
    const scored = (label: number) => space.accepted[label] !== null;
    const images = located.images.withLabels(scored);
    const reason = whyLeftOut(benchmark, protocol, images, isDefault);
    if (reason !== null) {
      leaveOut(protocol, reason);
      continue;
    }
    const definition = await hashDefinition(benchmark, protocol, space);
    planned.push({ protocol, classNames, defaultClassNames: own.id, space, definition });
    if (images.length === protocol.images) continue;
    const text = describeIncomplete(benchmark, protocol, located, images, scored);
    if (options.allowIncomplete === true) continue; // every table says of how many
    if (options.limit === undefined) {
      throw new InputError(`${text}; ${INCOMPLETE_ADVICE}${likely === null ? "" : `; ${likely}`}`);
    }
    if (saidIncomplete) continue;
    const which = protocol === benchmark.protocols[0] ? about : { ...about, protocol: protocol.id };
    notes.push(makeWarning(`${text}; the sample is of what is there`, which));
    saidIncomplete = protocol === benchmark.protocols[0];
  }
  if (planned.length > 0) return planned;
  throw new InputError(`${benchmark.id}: no protocol can be scored: ${leftOut.join("; ")}`);
}

/** Says which other benchmark the class folders are of: a 1000-way score of a 200-class set means little. */
async function describeLikelySet(benchmark: Benchmark, located: LocatedData): Promise<string | null> {
  if (located.layout.kind !== "class-folders") return null;
  const keys = classKeys(benchmark.classes, located.layout.key, benchmark.path);
  const labels = new Set<number>();
  for (let at = 0; at < located.images.length; at++) labels.add(located.images.label(at));
  const classFolders = [...labels].map((label) => keys[label] as string);
  const known = await Promise.all((await listBenchmarks()).map(readBenchmark));
  const likely = likelyOtherSets(benchmark, { classFolders, images: located.images.length }, known);
  if (likely === null) return null;
  const what =
    likely.by === "classes"
      ? `its ${classFolders.length} class folders are exactly those of`
      : "it has as many images as";
  return `${what} ${likely.ids.join(" or ")}, and not of ${benchmark.id}; is it the right set?`;
}

/**
 * A protocol that scores more than the default one is left out where all the rest is absent: people keep ObjectNet's 113
 * folders without the other 200.
 */
function whyLeftOut(
  benchmark: Benchmark,
  protocol: Protocol,
  images: ImageList,
  isDefault: (label: number) => boolean,
): string | null {
  if (images.length === 0) return "none of its classes has an image here";
  if (protocol.images > benchmark.images && images.withLabels(isDefault).length === images.length) {
    return `it needs ${protocol.images} images, and here are only those of the other protocols`;
  }
  return null;
}
