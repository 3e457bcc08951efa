import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { errorConsistency } from "../../../analysis/comparison/error-consistency.ts";
import { decimal } from "../../../foundation/number-text.ts";
import { shortenNames } from "../../tables/shorten-names.ts";
import type { ReportData } from "../report-data.ts";
import { Section, Select } from "./controls.tsx";
import { bothRight, type ImageSet, openSet, setId, setTitle } from "./image-sets.ts";
import { isNarrow } from "./narrow.ts";
import { CheckpointName, chosenSet, type PageProps } from "./page-props.tsx";
import { useView } from "./view-context.ts";

/** Kappa of every pair of checkpoints of a set, the most accurate first. */
interface Agreement {
  readonly names: readonly string[];
  /** (n, n) row-major; NaN if undefined */
  readonly kappa: Float32Array;
}

/**
 * Up to this number of checkpoints, all names are shown next to the matrix; above it, only names in focus or search
 * results, and the others appear under the pointer.
 */
const NAMED = 60;
/** Pixels of a cell with a name. */
const CELL = { minimum: 15, maximum: 40 } as const;
const MAX_PIXELS = 560;
const NAME_LENGTH = { usual: 32, narrow: 15 } as const;

/** Shows which checkpoints are right and wrong on the same images. */
export function AgreementMatrix({ data, details, view, change }: PageProps): JSX.Element | null {
  const sets = useMemo(
    () => (details?.sets ?? []).filter(({ checkpoints, both }) => checkpoints.length > 1 && both !== null),
    [details],
  );
  const set = chosenSet(sets, view.set);
  const agreement = useMemo(() => (set === undefined ? null : agreementOf(data, openSet(set))), [data, set]);
  if (set === undefined || agreement === null) return null;
  return (
    <Section
      id="agreement"
      title="Agreement"
      description="Error consistency (Cohen's kappa of correctness, Geirhos et al. 2020): 1 means right and wrong on the same images, 0 means as for two independent checkpoints with these accuracies. The most accurate checkpoint comes first."
      actions={
        <Select
          label="Benchmark"
          value={setId(set)}
          choices={sets.map((set) => ({ value: setId(set), label: setTitle(data, set, sets) }))}
          onChange={(value) => change({ set: value })}
        />
      }
    >
      <Matrix {...agreement} change={change} />
    </Section>
  );
}

function agreementOf(data: ReportData, set: ImageSet): Agreement {
  const rows = set.details.checkpoints
    .map((checkpoint, row) => ({ name: data.checkpoints[checkpoint] as string, row, right: set.right[row] as number }))
    .sort((a, b) => b.right - a.right || (a.name < b.name ? -1 : 1));
  const n = rows.length;
  const kappa = new Float32Array(n * n).fill(Number.NaN);
  for (const [i, first] of rows.entries()) {
    for (let j = i + 1; j < n; j++) {
      const second = rows[j] as (typeof rows)[number];
      const both = bothRight(set, first.row, second.row) ?? 0;
      const value = errorConsistency(both, first.right - both, second.right - both, set.details.n)?.kappa ?? Number.NaN;
      kappa[i * n + j] = value;
      kappa[j * n + i] = value;
    }
  }
  return { names: rows.map(({ name }) => name), kappa };
}

interface Place {
  readonly i: number;
  readonly j: number;
}

function Matrix({ names, kappa, change }: Agreement & { readonly change: PageProps["change"] }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pinned } = useView();
  const [place, setPlace] = useState<Place | null>(null);
  const n = names.length;
  useEffect(() => draw(canvas.current, n, kappa), [n, kappa]);
  const placeOf = (event: PointerEvent | MouseEvent): Place | null => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return null;
    const [j, i] = [
      Math.floor(((event.clientX - box.left) / box.width) * n),
      Math.floor(((event.clientY - box.top) / box.height) * n),
    ];
    return i >= 0 && j >= 0 && i < n && j < n ? { i, j } : null;
  };
  const move = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, Place>> = {
      ArrowUp: { i: -1, j: 0 },
      ArrowDown: { i: 1, j: 0 },
      ArrowLeft: { i: 0, j: -1 },
      ArrowRight: { i: 0, j: 1 },
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const { i, j } = place ?? { i: 0, j: 0 };
      const within = (value: number) => Math.min(n - 1, Math.max(0, value));
      setPlace({ i: within(i + step.i), j: within(j + step.j) });
    }
    if (event.key === "Enter") open(place);
  };
  const open = (at: Place | null) => {
    if (at === null || at.i === at.j) return;
    change({ tab: "compare", first: names[at.i] as string, second: names[at.j] as string });
  };
  const isNamed = n <= NAMED;
  const side = isNamed ? n * Math.max(CELL.minimum, Math.min(CELL.maximum, 420 / n)) : MAX_PIXELS;
  const marked = names.map((name, i) => ({ name, i })).filter(({ name }) => isNamed || pinned.has(name));
  const shorts = useMemo(() => shortenNames(names, isNarrow() ? NAME_LENGTH.narrow : NAME_LENGTH.usual), [names]);
  const widest = Math.max(6, ...marked.map(({ name }) => [...(shorts.get(name) ?? name)].length));
  return (
    <div class="matrix">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a large matrix is scrolled on a phone, by keyboard too */}
      <section class="matrix-body" tabIndex={0} aria-label="Agreement of every pair of checkpoints">
        <ol class="matrix-names" style={{ width: `${widest + 4}ch` }}>
          {marked.map(({ name, i }) => (
            <li key={name} style={{ top: `${(100 * (i + 0.5)) / n}%` }}>
              <CheckpointName name={name} text={shorts.get(name) ?? name} /> <span class="quiet">{i + 1}</span>
            </li>
          ))}
        </ol>
        <div
          class="matrix-square"
          style={{ maxWidth: `${side}px`, minWidth: isNamed ? `${n * CELL.minimum}px` : "14rem" }}
        >
          <canvas
            ref={canvas}
            role="img"
            tabIndex={0}
            aria-label={`Agreement of ${n} checkpoints; arrow keys move from pair to pair, Enter compares the two`}
            onPointerMove={(event) => setPlace(placeOf(event))}
            onPointerLeave={() => setPlace(null)}
            onClick={(event) => open(placeOf(event))}
            onKeyDown={move}
          />
          {place !== null && (
            <span
              class="matrix-cell"
              style={{
                left: `${(100 * place.j) / n}%`,
                top: `${(100 * place.i) / n}%`,
                width: `${100 / n}%`,
                height: `${100 / n}%`,
              }}
            />
          )}
          {isNamed && (
            <ol class="matrix-columns" aria-hidden="true">
              {names.map((name, i) => (
                <li key={name} title={name}>
                  {i + 1}
                </li>
              ))}
            </ol>
          )}
        </div>
      </section>
      <p class="matrix-reading" aria-live="polite">
        {place === null
          ? "Columns are in the order of the rows. Point at a cell to see its value; click to compare the two checkpoints."
          : describe(names, kappa, place)}
      </p>
      <p class="ramp" aria-hidden="true">
        0 <span class="ramp-bar" /> 1
      </p>
    </div>
  );
}

function describe(names: readonly string[], kappa: Float32Array, { i, j }: Place): string {
  if (i === j) return `${names[i]}: the same checkpoint`;
  const value = kappa[i * names.length + j] as number;
  return `${names[i]} and ${names[j]}: ${Number.isNaN(value) ? "not defined" : `kappa ${decimal(value, 3)}`}`;
}

/** Ends of the color scale: a light and a dark blue, ordered by lightness so that gray prints show the same. */
const FROM = [239, 243, 248] as const;
const TO = [8, 48, 107] as const;

function draw(canvas: HTMLCanvasElement | null, n: number, kappa: Float32Array): void {
  const context = canvas?.getContext("2d");
  if (canvas == null || context == null) return;
  canvas.width = n;
  canvas.height = n;
  const image = context.createImageData(n, n);
  for (let at = 0; at < n * n; at++) {
    const value = kappa[at] as number;
    const isEmpty = Number.isNaN(value);
    const share = Math.min(1, Math.max(0, value));
    for (const c of [0, 1, 2] as const) {
      image.data[at * 4 + c] = isEmpty ? 160 : FROM[c] + (TO[c] - FROM[c]) * share;
    }
    image.data[at * 4 + 3] = isEmpty ? 60 : 255;
  }
  context.putImageData(image, 0, 0);
}
