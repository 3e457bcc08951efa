/** Identification of a result's images, as columns with one row per image. */
export interface IdentifiedImages {
  readonly n: number;
  /** path below the benchmark's root */
  name(row: number): string;
  /** the right classes as canonical text, see `labelText` */
  label(row: number): string;
  /** digest of the image's file, see `CONTENT_DIGITS`; null if the result does not have it for every image */
  readonly content: ((row: number) => string) | null;
}

/** The images that two results have in common, as row numbers. */
export interface ImagePairing {
  /** how images are matched */
  readonly by: "content" | "path";
  /** rows of the same images, in the first's order */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** rows of images that the other result does not have, or has fewer times */
  readonly onlyFirst: Uint32Array;
  readonly onlySecond: Uint32Array;
  /** rows of the same images with different labels, which are not paired */
  readonly relabeled: readonly (readonly [first: number, second: number])[];
}

/** Formats right classes as text, independent of their order. */
export function labelText(classes: readonly number[]): string {
  return classes.length < 2 ? classes.join() : [...new Set(classes)].sort((a, b) => a - b).join(";");
}

/**
 * Pairs the images of two results: by content if both have it, else by path. Duplicates of one content are paired by
 * label, and within a label in the order of their paths, so the pairs depend neither on the order of rows nor on which
 * result is first.
 */
export function pairImages(first: IdentifiedImages, second: IdentifiedImages): ImagePairing {
  const by = first.content !== null && second.content !== null ? "content" : "path";
  const [a, b] = [identities(first, by), identities(second, by)];
  if (areInOneOrder(first, second, a, b)) return pairRowByRow(first.n, by);
  const [aOrder, bOrder] = [orderRows(first, a), orderRows(second, b)];
  const partner = new Int32Array(first.n).fill(-1);
  const onlyFirst: number[] = [];
  const onlySecond: number[] = [];
  const relabeled: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < aOrder.length || j < bOrder.length) {
    const identity = smaller(a[aOrder[i] as number], b[bOrder[j] as number]);
    const [aRows, bRows] = [rowsFrom(aOrder, i, a, identity), rowsFrom(bOrder, j, b, identity)];
    [i, j] = [i + aRows.length, j + bRows.length];
    const left = pairLabels(aRows, bRows, first, second, partner);
    const shared = Math.min(left.first.length, left.second.length);
    for (let k = 0; k < shared; k++) relabeled.push([left.first[k] as number, left.second[k] as number]);
    onlyFirst.push(...left.first.slice(shared));
    onlySecond.push(...left.second.slice(shared));
  }
  const rows = Uint32Array.from(partner.keys()).filter((row) => (partner[row] as number) >= 0);
  return {
    by,
    first: rows,
    second: rows.map((row) => partner[row] as number),
    onlyFirst: Uint32Array.from(onlyFirst).sort(),
    onlySecond: Uint32Array.from(onlySecond).sort(),
    relabeled: relabeled.sort((x, y) => x[0] - y[0]),
  };
}

/** Whether two results have the same images row by row; then rows are paired directly, including duplicates. */
function areInOneOrder(
  first: IdentifiedImages,
  second: IdentifiedImages,
  a: readonly string[],
  b: readonly string[],
): boolean {
  if (first.n !== second.n) return false;
  for (let row = 0; row < first.n; row++) {
    if (a[row] !== b[row] || first.name(row) !== second.name(row) || first.label(row) !== second.label(row))
      return false;
  }
  return true;
}

function pairRowByRow(n: number, by: ImagePairing["by"]): ImagePairing {
  const rows = Uint32Array.from({ length: n }, (_, row) => row);
  return {
    by,
    first: rows,
    second: rows,
    onlyFirst: new Uint32Array(0),
    onlySecond: new Uint32Array(0),
    relabeled: [],
  };
}

/** Sorts rows by content, label and path, so that the same images of two results are at the same position. */
export function orderByContent(images: IdentifiedImages): Uint32Array {
  return orderRows(images, identities(images, "content"));
}

function identities({ n, name, content }: IdentifiedImages, by: ImagePairing["by"]): string[] {
  return Array.from({ length: n }, (_, row) => (by === "path" || content === null ? name(row) : content(row)));
}

function orderRows(images: IdentifiedImages, identity: readonly string[]): Uint32Array {
  return Uint32Array.from(identity.keys()).sort(
    (a, b) =>
      compareTexts(identity[a] as string, identity[b] as string) ||
      compareTexts(images.label(a), images.label(b)) ||
      compareTexts(images.name(a), images.name(b)) ||
      a - b,
  );
}

/** Compares by code units, which is the same on every machine. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function smaller(a: string | undefined, b: string | undefined): string {
  return (b === undefined || (a !== undefined && a < b) ? a : b) as string;
}

/** Returns the rows of an identity, starting at a position of the order. */
function rowsFrom(order: Uint32Array, from: number, identity: readonly string[], wanted: string): Uint32Array {
  let to = from;
  while (to < order.length && identity[order[to] as number] === wanted) to++;
  return order.subarray(from, to);
}

/** Pairs rows of one identity by label and path. @returns the remaining rows */
function pairLabels(
  a: Uint32Array,
  b: Uint32Array,
  first: IdentifiedImages,
  second: IdentifiedImages,
  partner: Int32Array,
): { readonly first: number[]; readonly second: number[] } {
  const left = { first: [] as number[], second: [] as number[] };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [row, candidate] = [a[i], b[j]];
    const order =
      row === undefined ? 1 : candidate === undefined ? -1 : compareTexts(first.label(row), second.label(candidate));
    if (order === 0) partner[row as number] = candidate as number;
    else if (order < 0) left.first.push(row as number);
    else left.second.push(candidate as number);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return left;
}
