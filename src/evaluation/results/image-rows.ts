/** Identity and order of a result's images, shared by all results of one image list. */
export interface ImageRows {
  /** number of images */
  readonly n: number;
  /** number of images, and digest of their names and labels, in order */
  readonly names: string;
  /** null if the result does not have the contents of its images */
  readonly contents: ImageRowContents | null;
}

/** Digests of the contents of a result's images. */
export interface ImageRowContents {
  /** digest of the contents and labels, in order */
  readonly list: string;
  /** SHA-256 of the contents and labels, independent of order */
  readonly set: string;
  /** (n,) rows by content, label and path, see `orderByContent` */
  readonly order: Uint32Array;
}

/** Image lists read before, by {@link rowsKey}. */
export type KnownRows = Map<string, ImageRows>;

/** Returns a key that identifies an image list. */
export function rowsKey({ names, contents }: RowDigests): string {
  return `${names} ${contents === null ? "" : contents.list}`;
}

interface RowDigests {
  readonly names: string;
  readonly contents: { readonly list: string } | null;
}

/** Whether two results have the same images and labels: by content if both have it, else by path and order. */
export function haveSameRows(a: ImageRows, b: ImageRows): boolean {
  if (a.n !== b.n) return false;
  if (a.contents === null || b.contents === null) return a.names === b.names;
  return a.contents.set === b.contents.set;
}

/** Whether the same images of two results are in the same order. */
export function areInOneOrder(a: ImageRows, b: ImageRows): boolean {
  if (a === b || a.contents === null || b.contents === null) return true;
  return a.contents.list === b.contents.list;
}

/**
 * Maps the rows of a result to the order of another result of the same images.
 *
 * @returns (n,) row of `rows` for each row of `reference`; null if the order is the same
 * @throws RangeError unless both have the same images
 */
export function rowsInOrderOf(reference: ImageRows, rows: ImageRows): Uint32Array | null {
  if (!haveSameRows(reference, rows)) throw new RangeError("expected results of the same images");
  if (reference.contents === null || rows.contents === null || areInOneOrder(reference, rows)) return null;
  const aligned = new Uint32Array(rows.n);
  for (const [place, row] of reference.contents.order.entries()) aligned[row] = rows.contents.order[place] as number;
  return aligned;
}

/**
 * Adds the contents of an image list to results of older versions with the same names but without contents. If results
 * with these names have different contents, the list is ambiguous and none are added.
 */
export function completeRows(lists: readonly ImageRows[]): ImageRows[] {
  const ofNames = new Map<string, ImageRows | null>();
  for (const rows of lists) {
    if (rows.contents === null) continue;
    const known = ofNames.get(rows.names);
    const isSame = known === undefined || known?.contents?.list === rows.contents.list;
    ofNames.set(rows.names, isSame ? (known ?? rows) : null);
  }
  return lists.map((rows) => (rows.contents === null ? (ofNames.get(rows.names) ?? rows) : rows));
}

/** Groups results by images, in the order of their first member. */
export function groupByImages<Member>(members: readonly Member[], rowsOf: (member: Member) => ImageRows): Member[][] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const { names, contents } = rowsOf(member);
    const key = contents === null ? names : contents.set;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [member]);
    else group.push(member);
  }
  return [...groups.values()];
}
