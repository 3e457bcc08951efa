import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { START, type View } from "./view.ts";

/** What every part of the page knows of the view, without being handed it. */
export interface ViewTools {
  readonly view: View;
  readonly change: (part: Partial<View>) => void;
  /** address of the view with a part changed, for links: they open in a tab of their own too */
  readonly address: (part: Partial<View>) => string;
  /** a checkpoint's name, short enough for a table; no two alike */
  readonly short: (name: string) => string;
  /** checkpoints that stand first in every table: those in focus, and those searched for */
  readonly pinned: ReadonlySet<string>;
  /** checkpoints searched for; empty where nothing is typed */
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
