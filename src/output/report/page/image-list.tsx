import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { count } from "../../../foundation/number-text.ts";
import { useSize } from "./element-size.ts";
import { ImageTile } from "./image-tile.tsx";
import type { OpenImages } from "./open-images.ts";
import { columnsOf, listHeight, scrollToTile, type TileLayout, tileOfKey, tileWindow } from "./tile-window.ts";

/** Pixels of a tile and of the gap, as in images.css. */
const TILE = {
  gap: 8,
  withPicture: { width: 164, height: 240 },
  withoutPicture: { width: 226, height: 102 },
} as const;
/** Number of printed images. */
const PRINTED = 48;

interface ImageListProps {
  readonly images: OpenImages;
  readonly rows: Uint32Array;
  readonly first: number;
  /** −1: none */
  readonly second: number;
  /** row that is open, −1: none */
  readonly open: number;
  readonly addressOf: (row: number) => string;
}

/**
 * Shows images as tiles. Only visible tiles are in the document, so that long lists scroll well. The first images are
 * always in the document for printing, because no script runs before a page is printed.
 */
export function ImageList(props: ImageListProps): JSX.Element {
  const { images, rows } = props;
  return (
    <>
      <ScrolledList {...props} />
      <div class="image-print">
        <ul class="image-list">
          {Array.from(rows.subarray(0, PRINTED), (row) => (
            <li key={row}>
              <ImageTile {...props} row={row} isPictured={images.pictures.size > 0} />
            </li>
          ))}
        </ul>
        {rows.length > PRINTED && (
          <p class="quiet">
            The first {PRINTED} of {count(rows.length)}.
          </p>
        )}
      </div>
    </>
  );
}

function ScrolledList(props: ImageListProps): JSX.Element {
  const { images, rows, open } = props;
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const [scrollTop, setScrollTop] = useState(0);
  const [current, setCurrent] = useState(0);
  const isPictured = images.pictures.size > 0;
  const size = isPictured ? TILE.withPicture : TILE.withoutPicture;
  const layout: TileLayout = useMemo(
    () => ({
      count: rows.length,
      columns: columnsOf(width, size.width, TILE.gap),
      lineHeight: size.height,
    }),
    [rows, width, size],
  );
  // A new selection starts at its top, or at the open image
  useLayoutEffect(() => {
    const at = Math.max(0, rows.indexOf(open));
    setCurrent(at);
    scrollTo(box.current, scrollToTile(layout, at, 0, box.current?.clientHeight ?? 0));
  }, [rows, layout.columns]);
  const wantsFocus = useRef(false);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[data-tile="${current}"] a`)?.focus({ preventScroll: true });
  }, [current]);
  const move = (event: KeyboardEvent) => {
    const lines = Math.max(1, Math.floor(height / layout.lineHeight));
    const next = tileOfKey(event.key, current, layout, lines);
    if (next === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    wantsFocus.current = true;
    scrollTo(box.current, scrollToTile(layout, next, box.current?.scrollTop ?? 0, height));
    setCurrent(next);
  };
  const { from, to } = tileWindow(layout, scrollTop, height);
  const tiles = Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
  // The focused tile stays in the document, so that scrolling does not lose the focus
  if (current < rows.length && (current < from || current >= to)) tiles.push(current);
  const place = (tile: number) => ({
    top: `${Math.floor(tile / layout.columns) * layout.lineHeight}px`,
    left: `${(100 * (tile % layout.columns)) / layout.columns}%`,
    width: `calc(${100 / layout.columns}% - ${TILE.gap}px)`,
    height: `${layout.lineHeight - TILE.gap}px`,
  });
  return (
    <div ref={box} class="image-view" onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}>
      <ul
        class="image-list"
        style={{ height: `${listHeight(layout)}px` }}
        aria-label="Images; arrow keys move from one to the next"
      >
        {tiles.map((tile) => {
          const row = rows[tile] as number;
          return (
            <li
              key={row}
              data-tile={tile}
              style={place(tile)}
              aria-posinset={tile + 1}
              aria-setsize={rows.length}
              onFocusIn={() => setCurrent(tile)}
            >
              <ImageTile
                {...props}
                row={row}
                isPictured={isPictured}
                tabIndex={tile === current ? 0 : -1}
                onKeyDown={move}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function scrollTo(box: HTMLDivElement | null, top: number): void {
  if (box !== null) box.scrollTop = top;
}
