import type { Benchmark, Protocol } from "../../data/benchmark/benchmark.ts";
import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import type { LocatedData } from "../../data/dataset/locate.ts";
import { InputError } from "../../foundation/errors.ts";
import { subsetProtocol } from "../../foundation/evaluation-key.ts";
import { type ClassSubset, restrictClassSpace } from "../scoring/class-subset.ts";

/** A protocol on some of its classes. */
export interface RestrictedProtocol {
  readonly protocol: Protocol;
  readonly space: ClassSpace;
  readonly subset: ClassSubset;
}

/**
 * Restricts a protocol to a list of classes: they alone compete, the images of others are not scored. Its id is that of the whole one, "@", and
 * the list's, which no definition's protocol can have.
 *
 * @throws InputError if it does not have all of them, or it cannot be known how many images they have when complete
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
    `${located.root}: ${where} has ${whole.images} images, found ${found}, so how many the classes of ${subset.path} should have is not known; score them where the whole set is`,
  );
}

/** Images of the subset when complete; null where it cannot be known. */
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
