import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { plural } from "../../../foundation/number-text.ts";
import type { ReportData } from "../report-data.ts";
import type { PageProps } from "./page-props.tsx";
import { useView } from "./view-context.ts";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const THEME_KEY = "shiftline-theme";

/** Switches between light and dark colors; default: the system's setting. */
export function ThemeChoice(): JSX.Element {
  const [theme, setTheme] = useState<Theme>(() => {
    const kept = readKept();
    apply(kept);
    return kept;
  });
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] as Theme;
  return (
    <button
      type="button"
      class="plain"
      title={`Colors: ${theme}. Switch to ${next}`}
      onClick={() => {
        apply(next);
        try {
          localStorage.setItem(THEME_KEY, next);
        } catch {} // a page opened from disk may have no access to storage
        setTheme(next);
      }}
    >
      <span aria-hidden="true">{theme === "dark" ? "☾" : theme === "light" ? "☀" : "◐"}</span> {theme}
    </button>
  );
}

function readKept(): Theme {
  try {
    return THEMES.find((theme) => theme === localStorage.getItem(THEME_KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}

function apply(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  window.dispatchEvent(new Event("shiftline-theme"));
}

/** Highlights the checkpoints whose names match the search; the others stay visible. */
export function Search({ data, view, change }: PageProps): JSX.Element | null {
  const id = useId();
  const { found } = useView();
  if (data.checkpoints.length < 2) return null;
  return (
    <span class="control search">
      <label class="unseen" for={id}>
        Search
      </label>
      <input
        id={id}
        type="search"
        placeholder="Find a checkpoint"
        value={view.search}
        onInput={(event) => change({ search: event.currentTarget.value })}
      />
      {view.search !== "" && (
        <span class="quiet" role="status">
          {found.size} of {data.checkpoints.length}
        </span>
      )}
    </span>
  );
}

/** Shows a report without results. */
export function Empty(): JSX.Element {
  return (
    <>
      <h1>No results yet</h1>
      <p class="lead">
        Evaluate a checkpoint, then create this report again:
        <code class="command">shiftline evaluate CHECKPOINT --data ROOT</code>
        <code class="command">shiftline report</code>
      </p>
    </>
  );
}

export function Footer({ data }: { readonly data: ReportData }): JSX.Element {
  return (
    <footer>
      <p>
        Shiftline {data.version}. Everything is in this file; it contacts no host.
        {data.figures.length > 0 && ` In the same folder: ${plural(data.figures.length, "figure")} as SVG and PNG.`}
      </p>
    </footer>
  );
}
