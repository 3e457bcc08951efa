import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import type { LocatedData } from "../../data/dataset/locate.ts";
import { InputError } from "../../foundation/errors.ts";
import { subsetProtocol } from "../../foundation/evaluation-key.ts";
import { type ClassSubset, restrictClassSpace } from "../scoring/class-subset.ts";

/** A protocol restricted to some of its classes. */
export interface RestrictedProtocol {
  readonly protocol: Protocol;
  readonly space: ClassSpace;
  readonly subset: ClassSubset;
}

/**
 * Restricts a protocol to a list of classes: only these compete, and images of other classes are not scored. Its id is
 * that of the whole protocol, "@", and the id of the list; ids in definitions cannot contain "@".
 *
 * @throws InputError if it does not have all classes, or their complete number of images cannot be determined
 */
export function restrictProtocol(
  whole: Protocol,
  space: ClassSpace,
  subset: ClassSubset,
  { benchmark, located }: { readonly benchmark: Benchmark; readonly located: LocatedData },
): RestrictedProtocol {
  const where = `${benchmark.id}, protocol ${whole.id},`;
  const restricted = restrictClassSpace(space, subset, where);
  const images = expectedImages(whole, space, subset, { benchmark, located });
  if (images !== null) {
    return { protocol: { ...whole, id: subsetProtocol(whole.id, subset.id), images }, space: restricted, subset };
  }
  const found = located.images.withLabels((label) => space.accepted[label] !== null).length;
  throw new InputError(
    `${located.root}: ${where} has ${whole.images} images, found ${found}, so the expected number for the classes of ${subset.path} is unknown; evaluate them on the whole set`,
  );
}

/** Returns the complete number of images of the subset; null if unknown. */
function expectedImages(
  whole: Protocol,
  { accepted }: ClassSpace,
  { rows }: ClassSubset,
  { benchmark, located }: { readonly benchmark: Benchmark; readonly located: LocatedData },
): number | null {
  if (benchmark.imagesPerClass !== undefined) return rows.length * benchmark.imagesPerClass;
  if (accepted.filter((right) => right !== null).length === rows.length) return whole.images;
  const isWhole = located.images.withLabels((label) => accepted[label] !== null).length === whole.images;
  const wanted = new Set(rows);
  return isWhole ? located.images.withLabels((label) => wanted.has(label)).length : null;
}
