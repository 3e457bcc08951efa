import type { ComponentChildren, JSX } from "preact";
import { DECISION_LEVEL } from "../../../analysis/comparison/decide-together.ts";
import type { RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import { AVERAGE, isInDistribution } from "../../../analysis/robustness/study-axes.ts";
import { isOutsideBand } from "../../../analysis/robustness/verdict.ts";
import { count, points, pointsRange } from "../../../foundation/number-text.ts";
import type { GroupFinding, ReportData } from "../report-data.ts";
import { differs } from "./answer-groups.ts";
import type { PairRow } from "./compare.tsx";
import type { PageProps } from "./page-props.tsx";
import { resultsBehind } from "./partial-images.ts";
import { shiftTitle } from "./study.ts";
import { useView } from "./view-context.ts";
import { LeadClasses, PairClasses } from "./why-classes.tsx";
import { reasonRows, type VerdictCounts } from "./why-rows.ts";

/** Shows which shifts, and which of their classes, explain a checkpoint's distance from the line. */
export function WhyLead(
  props: PageProps & { readonly rows: readonly RobustnessRow[]; readonly benchmark: string },
): JSX.Element {
  const { data, rows, benchmark } = props;
  const ordered = reasonRows(rows, data.axes);
  const ends = ordered.flatMap(({ effectiveRobustness, low, high }) => [effectiveRobustness, low ?? 0, high ?? 0]);
  const widest = Math.max(0.005, ...ends.map(Math.abs));
  return (
    <>
      <h2 class="why-title">Points from the line, by shift</h2>
      <ul class="why-list">
        {ordered.map((row) => (
          <WhyRow key={row.benchmark} data={data} benchmark={row.benchmark} shown={benchmark}>
            <Bar value={row.effectiveRobustness} low={row.low} high={row.high} widest={widest} tone={toneOf(row)} />
            <span class="why-value">
              <b class={toneOf(row)}>{points(row.effectiveRobustness)}</b>
              {isOutsideBand(row) && <b class="star">★</b>}
              {row.extrapolated && <b>†</b>}
            </span>
            <Images {...imagesOf(data, row)}>{intervalOf(row)}</Images>
          </WhyRow>
        ))}
      </ul>
      <LeadClasses {...props} rows={ordered.filter((row) => row.benchmark !== AVERAGE)} />
    </>
  );
}

/** Shows the verdict counts of several checkpoints by shift. */
export function WhyMany(props: {
  readonly data: ReportData;
  readonly counts: readonly VerdictCounts[];
  readonly benchmark: string;
  /** content about the leading checkpoint */
  readonly children: ComponentChildren;
}): JSX.Element {
  const { data, counts, benchmark } = props;
  return (
    <>
      <h2 class="why-title">Above · within · below the band, by shift</h2>
      <ul class="why-list">
        {counts.map((row) => (
          <WhyRow key={row.benchmark} data={data} benchmark={row.benchmark} shown={benchmark}>
            <Shares {...row} />
            <span class="why-value">
              <b class="better">{row.above}</b> · {row.within} · <b class="worse">{row.below}</b>
            </span>
            <span class="why-note">{row.none > 0 && `${count(row.none)} no verdict`}</span>
          </WhyRow>
        ))}
      </ul>
      {props.children}
    </>
  );
}

/** Shows where two checkpoints differ. */
export function WhyPair(
  props: PageProps & {
    readonly pair: readonly [string, string];
    readonly rows: readonly PairRow[];
    readonly benchmark: string;
  },
): JSX.Element {
  const { data, rows, benchmark } = props;
  const widest = Math.max(0.005, ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  return (
    <>
      <h2 class="why-title">Difference in points, first minus second</h2>
      <ul class="why-list">
        {rows.map((row) => {
          const isSure = row.pHolm < DECISION_LEVEL;
          const tone = isSure ? (row.difference > 0 ? "better" : "worse") : "";
          return (
            <WhyRow
              key={`${row.set.benchmark}/${row.set.protocol}/${row.set.templates}`}
              data={data}
              benchmark={row.set.benchmark}
              shown={benchmark}
            >
              <Bar value={row.difference} low={row.low} high={row.high} widest={widest} tone={tone} />
              <span class="why-value">
                <b class={tone}>{points(row.difference)}</b>
              </span>
              <Images n={row.n} of={row.set.expectedN}>
                {pointsRange(row.low, row.high)}
              </Images>
            </WhyRow>
          );
        })}
      </ul>
      <PairClasses {...props} />
    </>
  );
}

const GROUP_WORDS: Readonly<Record<GroupFinding["verdict"], string>> = {
  "slopes-differ": "slopes differ",
  "heights-differ": "heights differ",
  "one-line": "one line",
  "no-difference-shown": "no difference shown",
  "not-tested": "not tested",
};

/** Shows on which shifts the groups' lines differ. */
export function WhyGroups(props: {
  readonly data: ReportData;
  readonly rows: readonly GroupFinding[];
  readonly benchmark: string;
}): JSX.Element {
  const { data, rows, benchmark } = props;
  return (
    <>
      <h2 class="why-title">Do lines differ, by shift</h2>
      <ul class="why-list why-words">
        {rows.map((row) => (
          <WhyRow key={row.benchmark} data={data} benchmark={row.benchmark} shown={benchmark}>
            <span title={row.heading}>
              {differs(row) ? <b>{GROUP_WORDS[row.verdict]}</b> : GROUP_WORDS[row.verdict]}
            </span>
          </WhyRow>
        ))}
      </ul>
    </>
  );
}

/** A row of the list, with a link that shows the shift in the plot. */
function WhyRow(props: {
  readonly data: ReportData;
  readonly benchmark: string;
  /** the benchmark in the plot */
  readonly shown: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { data, benchmark, shown, children } = props;
  const { address } = useView();
  const title = shiftTitle(data, benchmark, "");
  const inner = (
    <>
      <span class="why-name">{title}</span>
      {children}
    </>
  );
  if (isInDistribution(benchmark, data.axes)) {
    return (
      <li>
        <span class="why-row">{inner}</span>
      </li>
    );
  }
  return (
    <li>
      <a
        class="why-row"
        href={address({ benchmark, protocol: "", zoom: "" })}
        aria-current={benchmark === shown ? "true" : undefined}
        title={`Show ${title} in the plot`}
      >
        {inner}
      </a>
    </li>
  );
}

function Bar(props: {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly widest: number;
  readonly tone: string;
}): JSX.Element {
  const { value, low, high, widest, tone } = props;
  const at = (x: number) => 50 + 50 * Math.max(-1, Math.min(1, x / widest));
  const span = (from: number, to: number) => ({
    left: `${Math.min(at(from), at(to))}%`,
    width: `${Math.abs(at(to) - at(from))}%`,
  });
  return (
    <span class="why-bar" aria-hidden="true">
      <span class={`why-fill ${tone}`} style={span(0, value)} />
      {low !== null && high !== null && <span class="why-interval" style={span(low, high)} />}
    </span>
  );
}

function Shares({ above, within, below, none }: VerdictCounts): JSX.Element {
  const all = Math.max(1, above + within + below + none);
  const parts = [
    ["better", above],
    ["middle", within],
    ["worse", below],
    ["open", none],
  ] as const;
  return (
    <span class="why-shares" aria-hidden="true">
      {parts.map(([name, n]) => (
        <span key={name} class={name} style={{ width: `${(100 * n) / all}%` }} />
      ))}
    </span>
  );
}

function toneOf({ verdict }: RobustnessRow): string {
  return verdict === "above" ? "better" : verdict === "below" ? "worse" : "";
}

function intervalOf({ low, high }: RobustnessRow): string {
  return low === null || high === null ? "" : pointsRange(low, high);
}

/** Returns the number of images of a shift's accuracy; null for an average, which has several. */
function imagesOf(data: ReportData, row: RobustnessRow): { readonly n: number | null; readonly of: number | null } {
  const result = resultsBehind(data, row).find(({ benchmark }) => benchmark === row.benchmark);
  return row.benchmark === AVERAGE || result === undefined
    ? { n: null, of: null }
    : { n: result.n, of: result.expectedN };
}

/** Shows the number of images if it is incomplete, else the interval. */
function Images(props: {
  readonly n: number | null;
  readonly of: number | null;
  readonly children: string;
}): JSX.Element {
  const { n, of, children } = props;
  if (n === null || of === null || n === of) return <span class="why-note">{children}</span>;
  return (
    <span class="why-note" title={`interval ${children}`}>
      <span class="flag">
        {count(n)} of {count(of)}
      </span>
    </span>
  );
}
