/** How tiles of one size stand in a list that scrolls. */
export interface TileLayout {
  /** tiles in all, and side by side */
  readonly count: number;
  readonly columns: number;
  /** pixels from a line of tiles to the next */
  readonly lineHeight: number;
}

/** Lines of tiles beyond what is visible that are there too. */
const OVERSCAN = 3;

/** Tiles that fit side by side, at least one. */
export function columnsOf(width: number, minWidth: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (minWidth + gap)));
}

/** Pixels of the whole list. */
export function listHeight({ count, columns, lineHeight }: TileLayout): number {
  return Math.ceil(count / columns) * lineHeight;
}

/** The tiles that are to be there: from the first, to before the last. */
export function tileWindow(
  { count, columns, lineHeight }: TileLayout,
  scrollTop: number,
  height: number,
): { readonly from: number; readonly to: number } {
  const lines = Math.ceil(count / columns);
  const top = Math.min(Math.max(0, scrollTop), Math.max(0, lines * lineHeight - height));
  const first = Math.max(0, Math.floor(top / lineHeight) - OVERSCAN);
  const last = Math.min(lines, Math.ceil((top + height) / lineHeight) + OVERSCAN);
  return { from: first * columns, to: Math.min(count, last * columns) };
}

/** Where the list is to be scrolled so that a tile is visible: where it is, if that is so already. */
export function scrollToTile(
  { columns, lineHeight }: TileLayout,
  tile: number,
  scrollTop: number,
  height: number,
): number {
  const top = Math.floor(tile / columns) * lineHeight;
  if (top < scrollTop) return top;
  return top + lineHeight > scrollTop + height ? top + lineHeight - height : scrollTop;
}

/** The tile that a key leads to; null where the key is none of these. @param lines visible ones, for a page */
export function tileOfKey(key: string, tile: number, { count, columns }: TileLayout, lines: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * lines,
    PageDown: columns * lines,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(count - 1, Math.max(0, tile + step));
}
