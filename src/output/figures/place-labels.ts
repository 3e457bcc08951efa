/** A rectangle in pixels, y downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A label to place next to its point. */
export interface LabelRequest {
  /** pixel of the point */
  readonly x: number;
  readonly y: number;
  /** distance to keep from the center of the point: the marker's radius and a gap */
  readonly clearance: number;
  readonly width: number;
  readonly height: number;
  /** whether it may be at the end of a long leader line; default: false */
  readonly canBeFar?: boolean;
}

/** A placed label: its box, and the leader line to its point if it is not adjacent. */
export interface PlacedLabel {
  /** index of the request */
  readonly index: number;
  readonly box: Box;
  /** pixels, from the point towards the label */
  readonly leader: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number } | null;
}

/**
 * Elements that labels avoid: markers (never covered), and dots, curves and error bars (covered only if there is no
 * other place).
 */
export interface LabelSurroundings {
  readonly frame: Box;
  readonly markers: readonly Box[];
  /** markers that matter less than a name */
  readonly dots?: readonly Box[];
  readonly curves: readonly Box[];
  readonly bars: readonly Box[];
}

/** Distances from the point, in pixels beyond the clearance; from the second on, a leader line is drawn. */
const RINGS = [0, 9, 18, 30];
/** Larger distances, for names that justify a long leader line. */
const FAR_RINGS = [46, 66];
/** Directions, best first: right, left, above, below, then the corners. */
const DIRECTIONS: readonly (readonly [number, number])[] = [
  ...([
    [1, 0],
    [1, -1],
    [1, 1],
    [-1, 0],
    [-1, -1],
    [-1, 1],
    [0, -1],
    [0, 1],
  ] as const),
];
/**
 * Costs in a common unit: a step to a worse direction, a step to a larger ring, a covered piece of a curve, error bar
 * or dot, a marker under a leader.
 */
const COST = { direction: 1, ring: 9, curve: 4, bar: 14, dot: 8, markerCrossed: 7 } as const;

/**
 * Places labels one after another, each at the free place of lowest cost. No two boxes intersect, none leaves the frame
 * or covers a marker, and no leader crosses a label. Labels without a free place are omitted.
 *
 * @param requests in order of importance
 */
export function placeLabels(requests: readonly LabelRequest[], surroundings: LabelSurroundings): PlacedLabel[] {
  const { frame, markers, dots = [], curves, bars } = surroundings;
  const placed: PlacedLabel[] = [];
  for (const [index, request] of requests.entries()) {
    let best: { readonly cost: number; readonly label: PlacedLabel } | undefined;
    for (const { label, cost } of candidates(index, request)) {
      if (best !== undefined && cost >= best.cost) continue;
      const { box, leader } = label;
      if (!isWithin(box, frame) || markers.some((marker) => intersects(box, marker))) continue;
      const collides = placed.some(
        (neighbor) =>
          intersects(box, neighbor.box) ||
          (leader !== null && crosses(leader, neighbor.box)) ||
          (neighbor.leader !== null && crosses(neighbor.leader, box)),
      );
      if (collides) continue;
      const covered = curves.filter((curve) => intersects(box, curve)).length;
      const crossed = leader === null ? 0 : markers.filter((marker) => crosses(leader, marker)).length;
      const barred = bars.filter((bar) => intersects(box, bar)).length;
      const dotted = dots.filter((dot) => intersects(box, dot)).length;
      const total = COST.dot * dotted + cost + COST.curve * covered + COST.bar * barred + COST.markerCrossed * crossed;
      if (best === undefined || total < best.cost) best = { cost: total, label };
    }
    if (best !== undefined) placed.push(best.label);
  }
  return placed;
}

function candidates(index: number, { x, y, clearance, width, height, canBeFar = false }: LabelRequest) {
  const rings = canBeFar ? [...RINGS, ...FAR_RINGS] : RINGS;
  return rings.flatMap((distance, ring) =>
    DIRECTIONS.map(([dx, dy], d) => {
      const diagonal = dx !== 0 && dy !== 0 ? Math.SQRT1_2 : 1;
      const reach = (clearance + distance) * diagonal;
      const [ax, ay] = [x + dx * reach, y + dy * reach];
      const left = dx === 0 ? ax - width / 2 : dx > 0 ? ax : ax - width;
      const top = dy === 0 ? ay - height / 2 : dy > 0 ? ay : ay - height;
      const start = clearance * 0.8 * diagonal;
      const leader = ring === 0 ? null : { x1: x + dx * start, y1: y + dy * start, x2: ax, y2: ay };
      const box = { left, top, right: left + width, bottom: top + height };
      return { cost: COST.ring * ring + COST.direction * d, label: { index, box, leader } };
    }),
  );
}

/** Returns whether two boxes share more than an edge. */
export function intersects(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function isWithin(inner: Box, outer: Box): boolean {
  return (
    inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom
  );
}

/** Returns whether a line from (x1, y1) to (x2, y2) enters a box (Liang & Barsky 1984). */
export function crosses(line: NonNullable<PlacedLabel["leader"]>, box: Box): boolean {
  const [dx, dy] = [line.x2 - line.x1, line.y2 - line.y1];
  let [enter, leave] = [0, 1];
  for (const [p, q] of [
    [-dx, line.x1 - box.left],
    [dx, box.right - line.x1],
    [-dy, line.y1 - box.top],
    [dy, box.bottom - line.y1],
  ] as const) {
    if (p === 0) {
      if (q <= 0) return false;
    } else if (p < 0) enter = Math.max(enter, q / p);
    else leave = Math.min(leave, q / p);
  }
  return enter < leave;
}
