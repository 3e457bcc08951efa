/** Layout of tiles of one size in a scrolling list. */
export interface TileLayout {
  /** number of tiles, and of tiles per line */
  readonly count: number;
  readonly columns: number;
  /** pixels from one line of tiles to the next */
  readonly lineHeight: number;
}

/** Lines of tiles that are kept outside the visible area. */
const OVERSCAN = 3;

/** Returns the number of tiles per line, at least one. */
export function columnsOf(width: number, minWidth: number, gap: number): number {
  return Math.max(1, Math.floor((width + gap) / (minWidth + gap)));
}

/** Returns the height of the whole list in pixels. */
export function listHeight({ count, columns, lineHeight }: TileLayout): number {
  return Math.ceil(count / columns) * lineHeight;
}

/** Returns the range of tiles to render: `from` inclusive, `to` exclusive. */
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

/** Returns the scroll position at which a tile is visible; unchanged if it is visible already. */
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

/** Returns the tile that a key leads to; null for other keys. @param lines number of visible lines, for page keys */
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
