/** What the images of a result are, and in which order: kept once for all results of one list of images. */
export interface ImageRows {
  /** number of images */
  readonly n: number;
  /** number of images, and digest of their names and labels, in order */
  readonly names: string;
  /** null where the result does not have the contents of its images */
  readonly contents: ImageRowContents | null;
}

/** Digests of the contents of a result's images. */
export interface ImageRowContents {
  /** digest of the contents and labels, in order */
  readonly list: string;
  /** SHA-256 of the contents and labels, whatever their order */
  readonly set: string;
  /** (n,) rows by content, label and path, see `orderByContent` */
  readonly order: Uint32Array;
}

/** Lists of images that were read before, by {@link rowsKey}. */
export type KnownRows = Map<string, ImageRows>;

/** Tells lists of images apart. */
export function rowsKey({ names, contents }: RowDigests): string {
  return `${names} ${contents === null ? "" : contents.list}`;
}

interface RowDigests {
  readonly names: string;
  readonly contents: { readonly list: string } | null;
}

/** Whether two results are of the same images with the same labels: by content where both have it, else by path and order. */
export function haveSameRows(a: ImageRows, b: ImageRows): boolean {
  if (a.n !== b.n) return false;
  if (a.contents === null || b.contents === null) return a.names === b.names;
  return a.contents.set === b.contents.set;
}

/** Whether the same images of two results are in one order. */
export function areInOneOrder(a: ImageRows, b: ImageRows): boolean {
  if (a === b || a.contents === null || b.contents === null) return true;
  return a.contents.list === b.contents.list;
}

/**
 * The rows of a result in the order of another result of the same images.
 *
 * @returns (n,) row of `rows` for each row of `reference`; null where they are in one order
 * @throws RangeError unless both are of the same images
 */
export function rowsInOrderOf(reference: ImageRows, rows: ImageRows): Uint32Array | null {
  if (!haveSameRows(reference, rows)) throw new RangeError("expected results of the same images");
  if (reference.contents === null || rows.contents === null || areInOneOrder(reference, rows)) return null;
  const aligned = new Uint32Array(rows.n);
  for (const [place, row] of reference.contents.order.entries()) aligned[row] = rows.contents.order[place] as number;
  return aligned;
}

/**
 * Gives the contents of a list of images to results of the same names that do not have them: those of older versions. Where
 * results of these names have different contents, which of them are meant is not known, and they get none.
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

/** Puts results of the same images together: groups in the order of their first member. */
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
