import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import { idTitle } from "../../../analysis/robustness/study-axes.ts";
import type { ImageSetDetails } from "../report-data.ts";
import { type ClassRow, classRows } from "./classes.tsx";
import { classChanges, type PairRow } from "./compare.tsx";
import { setId } from "./image-sets.ts";
import type { PageProps } from "./page-props.tsx";
import { shiftTitle } from "./study.ts";
import { useView } from "./view-context.ts";

const NAMED = 3;

/** Lists the classes behind a checkpoint's position on the shift where it is farthest from the line. */
export function LeadClasses(props: PageProps & { readonly rows: readonly RobustnessRow[] }): JSX.Element | null {
  const { data, details, rows } = props;
  const { address } = useView();
  const found = useMemo(() => farthestWithClasses(props, rows), [data, details, rows]);
  if (found === undefined) return null;
  const { row, set, classes } = found;
  const isAbove = row.effectiveRobustness > 0;
  const href = address({ tab: "classes", first: row.checkpoint, set: setId(set) });
  return (
    <p class="why-classes">
      Classes that {isAbove ? "keep" : "lose"} most on {shiftTitle(data, row.benchmark, row.protocol)}, against{" "}
      {idTitle(data.axes, row.idSide)}:{" "}
      {classes.map(({ label, name, correct, n, id }, i) => (
        <span key={label}>
          {i > 0 && "; "}
          <bdi>{name}</bdi> {correct} of {n}
          {id !== null && ` (${id.correct} of ${id.n})`}
        </span>
      ))}
      . Few images each, so partly chance. <a href={href}>All classes</a>
    </p>
  );
}

interface FoundClasses {
  readonly row: RobustnessRow;
  readonly set: ImageSetDetails;
  readonly classes: readonly ClassRow[];
}

function farthestWithClasses({ data, details }: PageProps, rows: readonly RobustnessRow[]): FoundClasses | undefined {
  const byDistance = [...rows].sort((a, b) => Math.abs(b.effectiveRobustness) - Math.abs(a.effectiveRobustness));
  for (const row of byDistance) {
    const position = data.checkpoints.indexOf(row.checkpoint);
    const set = details?.sets.find(
      (candidate) =>
        candidate.benchmark === row.benchmark &&
        candidate.protocol === row.protocol &&
        candidate.templates === row.templates &&
        candidate.checkpoints.includes(position),
    );
    if (set === undefined) continue;
    const all = classRows(data.axes, set, details?.sets ?? [], position).filter(({ change }) => change !== undefined);
    const sign = row.effectiveRobustness > 0 ? -1 : 1;
    const classes = all
      .sort((a, b) => sign * ((a.change as number) - (b.change as number)) || b.n - a.n)
      .slice(0, NAMED);
    if (classes.length > 0) return { row, set, classes };
  }
  return undefined;
}

/** Lists the classes behind the largest shown difference between two checkpoints. */
export function PairClasses(
  props: PageProps & { readonly pair: readonly [string, string]; readonly rows: readonly PairRow[] },
): JSX.Element | null {
  const { data, rows, pair } = props;
  const { address } = useView();
  const [largest] = [...rows].sort((a, b) => a.pHolm - b.pHolm || Math.abs(b.difference) - Math.abs(a.difference));
  if (largest === undefined) return null;
  const [first, second] = pair.map((name) => data.checkpoints.indexOf(name)) as [number, number];
  const changes = classChanges(largest.set, first, second).slice(0, NAMED);
  if (changes.length === 0) return null;
  return (
    <p class="why-classes">
      Classes that differ most on {largest.title}, in correct images:{" "}
      {changes.map(({ label, name, n, difference }, i) => (
        <span key={label}>
          {i > 0 && "; "}
          <bdi>{name}</bdi> {difference > 0 ? "+" : "−"}
          {Math.abs(difference)} of {n}
        </span>
      ))}
      . <a href={address({ tab: "compare", first: pair[0], second: pair[1] })}>All differences</a>
    </p>
  );
}
