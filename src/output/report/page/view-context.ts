import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { START, type View } from "./view.ts";

/** The view and its tools, available to every part of the page. */
export interface ViewTools {
  readonly view: View;
  readonly change: (part: Partial<View>) => void;
  /** address of the view with changes, for links, which can then open in a new tab */
  readonly address: (part: Partial<View>) => string;
  /** a checkpoint's name, short enough for a table and unique */
  readonly short: (name: string) => string;
  /** checkpoints that come first in every table: those in focus and search results */
  readonly pinned: ReadonlySet<string>;
  /** checkpoints that match the search; empty for an empty search */
  readonly found: ReadonlySet<string>;
}

export const ViewContext = createContext<ViewTools>({
  view: START,
  change: () => {},
  address: () => "#",
  short: (name) => name,
  pinned: new Set(),
  found: new Set(),
});

export function useView(): ViewTools {
  return useContext(ViewContext);
}
