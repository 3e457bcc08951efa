import { type ClassNameList, readClassNames } from "../classifier/class-names.ts";
import type { Benchmark, Protocol } from "../dataset/benchmark.ts";
import { describeIncomplete } from "../dataset/incomplete.ts";
import type { ImageEntry } from "../dataset/list-images.ts";
import type { LocatedData } from "../dataset/locate.ts";
import { InputError } from "../input-error.ts";
import { type ClassSpace, resolveClassSpace } from "../scoring/class-space.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";

/** A protocol that will be scored: its class names and its classes. */
export interface PlannedProtocol {
  readonly protocol: Protocol;
  readonly classNames: ClassNameList;
  /** id of the class names it has where none are asked for */
  readonly defaultClassNames: string;
  readonly space: ClassSpace;
}

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
  notes: string[],
): Promise<PlannedProtocol[]> {
  const planned: PlannedProtocol[] = [];
  let isDefault = (_: ImageEntry) => true;
  for (const protocol of benchmark.protocols) {
    const own = await readClassNames(protocol.classNames);
    const classNames = options.classNames === undefined ? own : await readClassNames(options.classNames);
    if (classNames.names.length !== own.names.length) {
      const counts = `${classNames.id} has ${classNames.names.length} names, it needs ${own.names.length}`;
      notes.push(`${benchmark.id}, protocol ${protocol.id}: left out, because class-name list ${counts}`);
      continue;
    }
    const space = resolveClassSpace(benchmark, protocol, classNames.names.length);
    if (protocol === benchmark.protocols[0]) isDefault = (image) => space.accepted[image.label] !== null;
    const reason = whyLeftOut(benchmark, protocol, located, space, isDefault, options);
    if (reason !== null) notes.push(`${benchmark.id}, protocol ${protocol.id}: left out, because ${reason}`);
    else planned.push({ protocol, classNames, defaultClassNames: own.id, space });
  }
  if (planned.length > 0) return planned;
  throw new InputError(
    `${benchmark.id}: no protocol can be scored: ${notes.filter((note) => note.startsWith(`${benchmark.id}, `)).join("; ")}`,
  );
}

/**
 * A protocol that scores more than the default one is left out where all the rest is absent: people keep ObjectNet's 113
 * folders without the other 200.
 */
function whyLeftOut(
  benchmark: Benchmark,
  protocol: Protocol,
  located: LocatedData,
  space: ClassSpace,
  isDefault: (image: ImageEntry) => boolean,
  options: EvaluateOptions,
): string | null {
  const images = located.images.filter((image) => space.accepted[image.label] !== null);
  if (images.length === 0) return "none of its classes has an image here";
  if (protocol.images > benchmark.images && images.every(isDefault)) {
    return `it needs ${protocol.images} images, and here are only those of the other protocols`;
  }
  if (options.limit !== undefined || options.allowIncomplete === true || images.length === protocol.images) return null;
  throw new InputError(describeIncomplete(benchmark, protocol, located, images));
}
