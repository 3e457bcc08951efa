import type { ComponentChildren, JSX } from "preact";

import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { AVERAGE, againstWords, idTitle, shiftCount } from "../../../analysis/robustness/study-axes.ts";
import { headlineRows, testedRows } from "../../../analysis/robustness/verdict.ts";
import { percent, pointsRange } from "../../../foundation/number-text.ts";
import { cutMiddle } from "../../tables/name-text.ts";
import { verdictText } from "../../tables/verdict-text.ts";
import type { PageProps } from "./page-props.tsx";
import { shiftTitle, shownRows, shownSide } from "./study.ts";

/** Checkpoints that the headline names one by one. */
const NAMED = 3;
const LONGEST = 60;

/** What the study comes to, in sentences. */
export function Headline(props: PageProps & { readonly study: RobustnessStudy }): JSX.Element {
  const { data, view, change, study } = props;
  const shown = shownRows(study, view);
  const { rows, of } = leadRows(shown, view.benchmark);
  const counted = (verdict: RobustnessRow["verdict"]) => rows.filter((row) => row.verdict === verdict).length;
  const [above, below, within] = [counted("above"), counted("below"), counted("within")];
  const tests = testedRows(study.rows);
  const [best] = rows;
  const isSomeOutside = best?.extrapolated === false && rows.some(({ extrapolated }) => extrapolated);
  if (best === undefined) return <p class="lead">No checkpoint can be compared with {view.baseline} here.</p>;
  const where =
    of === AVERAGE ? `on the average of the ${shiftCount(data.axes)} shifts` : `on ${shiftTitle(data, of, "")}`;
  const side = shownSide(view, data.axes);
  return (
    <div class="lead">
      <p>
        <Name row={best} change={change} /> stands <Distance row={best} /> the line of {view.baseline} {where}
        {againstWords(data.axes, side)}
        {rows.length > 1 && (isSomeOutside ? ", the furthest of those within its range" : ", the furthest of all")}:{" "}
        {certainty(best, tests)}
      </p>
      {rows.length > 1 && rows.length <= NAMED && (
        <ul>
          {rows.slice(1).map((row) => (
            <li key={row.checkpoint}>
              <Name row={row} change={change} />: <Distance row={row} /> the line, {certainty(row, tests)}
            </li>
          ))}
        </ul>
      )}
      {rows.length > NAMED && (
        <p>
          Of {rows.length} checkpoints, <b>{above}</b> {stand(above)} above the 95 % prediction band of the baseline's
          kind, <b>{below}</b> below it and <b>{within}</b> within (Holm over {tests} tests); the others have no
          verdict.
        </p>
      )}
      <Extrapolated rows={rows} of={idTitle(data.axes, side)} />
    </div>
  );
}

function stand(n: number): string {
  return n === 1 ? "stands" : "stand";
}

/** A checkpoint's own headline: one sentence for the average, or for each shift. */
export function CheckpointHeadline(
  props: PageProps & { readonly study: RobustnessStudy; readonly checkpoint: string },
): JSX.Element | null {
  const { data, view, study, checkpoint } = props;
  const tests = testedRows(study.rows);
  const own = headlineRows(shownRows(study, view).filter((row) => row.checkpoint === checkpoint));
  const side = shownSide(view, data.axes);
  if (own.length === 0) return <p class="lead">It cannot be compared with {view.baseline}: see the notes below.</p>;
  return (
    <div class="lead">
      {own.map((row) => (
        <p key={`${row.benchmark}/${row.protocol}`}>
          <Distance row={row} /> the line of {view.baseline}{" "}
          {row.benchmark === AVERAGE
            ? `on the average of the ${shiftCount(data.axes)} shifts`
            : `on ${shiftTitle(data, row.benchmark, row.protocol)}`}
          {againstWords(data.axes, side)}, {certainty(row, tests)}
        </p>
      ))}
      <Extrapolated rows={own} of={idTitle(data.axes, side)} />
    </div>
  );
}

/** The rows that the headline is of: the benchmark in the plot if it has any, else the average, else any. Best first. */
function leadRows(rows: readonly RobustnessRow[], benchmark: string): { rows: RobustnessRow[]; of: string } {
  const has = (id: string) => rows.some((row) => row.benchmark === id);
  const any = rows.find((row) => row.benchmark !== MEAN_OF_SHIFTS)?.benchmark ?? "";
  const of = has(benchmark) ? benchmark : has(AVERAGE) ? AVERAGE : any;
  const seen = new Set<string>();
  const own = rows.filter(
    (row) => row.benchmark === of && row.doubt === undefined && !seen.has(row.checkpoint) && seen.add(row.checkpoint),
  );
  // An extrapolated distance is worth less: those come last
  return {
    of,
    rows: own.sort(
      (a, b) => Number(a.extrapolated) - Number(b.extrapolated) || b.effectiveRobustness - a.effectiveRobustness,
    ),
  };
}

function Name({ row, change }: { readonly row: RobustnessRow; readonly change: PageProps["change"] }): JSX.Element {
  return (
    <button type="button" class="name" title={row.checkpoint} onClick={() => change({ checkpoint: row.checkpoint })}>
      <bdi>{cutMiddle(row.checkpoint, LONGEST)}</bdi>
    </button>
  );
}

/** Colored where it has a verdict. */
function Distance({ row }: { readonly row: RobustnessRow }): JSX.Element {
  const { effectiveRobustness: distance, verdict } = row;
  const tone = verdict === "above" ? "better" : verdict === "below" ? "worse" : "";
  const shown = percent(Math.abs(distance));
  const side = Number(shown) === 0 ? "from" : distance > 0 ? "above" : "below";
  return (
    <b class={tone}>
      {shown} points {side}
    </b>
  );
}

function certainty(row: RobustnessRow, tests: number): ComponentChildren {
  const verdict = verdictText(row, tests);
  if (row.low === null || row.high === null) return `${verdict} (no interval: the number of images is not known).`;
  return `${verdict}; 95 % interval ${pointsRange(row.low, row.high)} from finite images.`;
}

function Extrapolated(props: { readonly rows: readonly RobustnessRow[]; readonly of: string }): JSX.Element | null {
  const { rows, of } = props;
  const outside = rows.filter(({ extrapolated }) => extrapolated);
  if (outside.length === 0) return null;
  const farthest = Math.max(...outside.map(({ outsideBy }) => outsideBy));
  const who = rows.length === 1 ? "It lies" : `${outside.length} of ${rows.length} lie`;
  return (
    <p class="caution">
      Extrapolated: {who} outside the {of} accuracies the line was fitted on, by up to {percent(farthest)} points. The
      line may not hold there.
    </p>
  );
}
