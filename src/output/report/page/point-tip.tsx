import type { JSX } from "preact";
import { percent, percentRange, points, pointsRange, quantity } from "../../../foundation/number-text.ts";
import type { PanelCheckpoint, PanelPoint } from "../../figures/panel-points.ts";
import { cutMiddle } from "../../tables/name-text.ts";

/** A point of the plot with its position on the page. */
export interface PlacedPoint {
  readonly point: PanelPoint | PanelCheckpoint;
  readonly isCheckpoint: boolean;
  readonly left: number;
  readonly top: number;
}

/** Name of the x axis: an in-distribution benchmark's title, or a numeric column. */
export interface AxisName {
  readonly title: string;
  readonly isColumn: boolean;
}

const WIDTH = 260;
const LONGEST = 80;

/** Shows a tooltip with the data of a point. */
export function Tip(props: {
  readonly placed: PlacedPoint;
  readonly width: number;
  readonly of: AxisName;
}): JSX.Element {
  const { placed, width, of } = props;
  const { point, left, top, isCheckpoint } = placed;
  const isRight = left + WIDTH + 24 < width;
  const style = isRight ? { left: `${left + 16}px` } : { right: `${width - left + 16}px` };
  return (
    <div class="tip" style={{ ...style, top: `${Math.max(0, top - 24)}px` }}>
      <p class="tip-name">
        <bdi>{cutMiddle(point.name, LONGEST)}</bdi>
      </p>
      <dl>
        {facts(placed, of).map(([name, value]) => (
          <FactRow key={name} name={name} value={value} />
        ))}
      </dl>
      {!isCheckpoint && <p class="quiet">baseline model</p>}
    </div>
  );
}

function FactRow({ name, value }: { readonly name: string; readonly value: string }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function facts({ point }: PlacedPoint, of: AxisName): [string, string][] {
  const { group, x, y, xLow, xHigh, yLow, yHigh } = point;
  const range = (low: number | null, high: number | null) =>
    low === null || high === null ? "" : ` (${percentRange(low, high)})`;
  const all: [string, string][] = [
    [of.title, of.isColumn ? quantity(x) : `${percent(x, 2)} %${range(xLow, xHigh)}`],
    ["under shift", `${percent(y, 2)} %${range(yLow, yHigh)}`],
  ];
  if (group !== "") all.unshift(["group", group]);
  if (!("effectiveRobustness" in point)) return all;
  const { expectedAccuracy, effectiveRobustness, low, high, extrapolated, images, expected } = point;
  if (expectedAccuracy !== null && effectiveRobustness !== null) {
    all.push(["line expects", `${percent(expectedAccuracy, 2)} %${extrapolated ? " †" : ""}`]);
    const interval = low === null || high === null ? "" : ` (${pointsRange(low, high)})`;
    all.push(["above the line", `${points(effectiveRobustness)}${interval}`]);
  }
  if (images !== null && expected !== null && images !== expected) all.push(["images", `${images} of ${expected}`]);
  return all;
}

/** Describes a point in a sentence for screen readers. */
export function describePoint(placed: PlacedPoint, of: AxisName): string {
  const kind = placed.isCheckpoint ? "" : ", a baseline model";
  return `${placed.point.name}${kind}: ${facts(placed, of)
    .map((fact) => fact.join(" "))
    .join("; ")}`;
}
