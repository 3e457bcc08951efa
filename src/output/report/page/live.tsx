import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { count, rate } from "../../../foundation/number-text.ts";
import type { ReportData } from "../report-data.ts";

const SCROLL_KEY = "shiftline-scroll";

/** Shows progress, and reloads the page while the report is being updated. */
export function Live({ data }: { readonly data: ReportData }): JSX.Element | null {
  const { reloadSeconds, progress } = data;
  const [isPaused, setPaused] = useState(false);
  useEffect(() => {
    const kept = sessionStorage.getItem(SCROLL_KEY);
    if (kept !== null) window.scrollTo(0, Number(kept));
    sessionStorage.removeItem(SCROLL_KEY);
  }, []);
  useEffect(() => {
    if (reloadSeconds === null || isPaused) return;
    const timer = setInterval(() => {
      sessionStorage.setItem(SCROLL_KEY, String(window.scrollY));
      window.location.reload();
    }, reloadSeconds * 1000);
    return () => clearInterval(timer);
  }, [reloadSeconds, isPaused]);
  if (reloadSeconds === null && progress.length === 0) return null;
  return (
    <aside class="live" aria-label="In progress">
      {progress.map((run) => (
        <div key={`${run.checkpoints.join()}${run.benchmark}${run.phase}`}>
          <label>
            <span>
              {run.checkpoints.length === 1 ? <bdi>{run.checkpoints[0]}</bdi> : `${run.checkpoints.length} checkpoints`}{" "}
              {run.benchmark !== null && `on ${run.benchmark}`}: {count(run.done)} of {count(run.total)} {run.phase}
              {run.perSecond !== null && `, ${rate(run.perSecond)} per second`}
            </span>
            <progress max={run.total} value={run.done} />
          </label>
        </div>
      ))}
      {reloadSeconds !== null && (
        <p>
          <span class="pulse" aria-hidden="true" />{" "}
          {isPaused ? "Paused." : `Updated as results arrive; this page reloads every ${reloadSeconds} s.`}{" "}
          <button type="button" class="plain" onClick={() => setPaused(!isPaused)}>
            {isPaused ? "Resume" : "Pause"}
          </button>
        </p>
      )}
    </aside>
  );
}
