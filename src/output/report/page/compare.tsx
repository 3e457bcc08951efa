import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { DECISION_LEVEL, decideTogether, type PairedDecision } from "../../../analysis/comparison/decide-together.ts";
import { count, decimal, percent, points, pointsRange, probability } from "../../../foundation/number-text.ts";
import type { ImageSetDetails } from "../report-data.ts";
import { Pick, Section } from "./controls.tsx";
import { download } from "./download.ts";
import { classCounts, comparePair, openSet, setId, setTitle } from "./image-sets.ts";
import { ImagesLink } from "./images-link.tsx";
import type { PageProps } from "./page-props.tsx";
import { type Column, Table } from "./table.tsx";
import { type ComparedSet, comparisonsCsv } from "./tables-csv.ts";

/** A row of the table. */
export interface PairRow extends ComparedSet {
  readonly set: ImageSetDetails;
  readonly title: string;
}

/** Maximum number of listed classes. */
const CLASSES = 8;

/** Compares two checkpoints image by image. */
export function Compare({ data, details, images, view, change }: PageProps): JSX.Element | null {
  const first = data.checkpoints.indexOf(view.first);
  const second = data.checkpoints.indexOf(view.second);
  const rows = useMemo(() => pairRows(data, details, first, second), [data, details, first, second]);
  if (data.checkpoints.length < 2) return null;
  const choices = data.checkpoints.map((name) => ({ value: name, label: name }));
  const shown = rows.filter(({ pHolm }) => pHolm < DECISION_LEVEL).length;
  return (
    <Section
      id="compare"
      title="Compare two checkpoints"
      description="On the same images: the first minus the second in percentage points, with Tango's interval for paired proportions and McNemar's exact test (p after Holm's correction over the rows). Kappa is agreement beyond chance; “detectable” is the minimum detectable difference: the smallest difference that this number of images shows with 80 % power at the level of Holm's first step, which does not depend on the other rows."
      actions={
        <button
          type="button"
          class="plain"
          disabled={rows.length === 0}
          onClick={() => download("comparison.csv", comparisonsCsv(view.first, view.second, rows))}
        >
          Download CSV
        </button>
      }
    >
      <div class="controls">
        <Pick
          label="First"
          placeholder="type a name"
          value={view.first}
          choices={choices}
          onChange={(name) => change({ first: name })}
        />
        <button
          type="button"
          class="plain"
          title="Swap first and second"
          onClick={() => change({ first: view.second, second: view.first })}
        >
          ⇄ swap
        </button>
        <Pick
          label="Second"
          placeholder="type a name"
          value={view.second}
          choices={choices}
          onChange={(name) => change({ second: name })}
        />
      </div>
      <p class="pair-names">
        First: <bdi>{view.first}</bdi>; second: <bdi>{view.second}</bdi>.
      </p>
      {details === null && <p class="quiet">Reading the counts …</p>}
      {details !== null && rows.length === 0 && (
        <p class="quiet">
          {first === second
            ? "Both are the same checkpoint; choose two different checkpoints."
            : "These checkpoints have no results on the same images with the same protocol and prompts, so they cannot be paired."}
        </p>
      )}
      {rows.length > 0 && (
        <>
          <p>
            <strong>
              {shown} of {rows.length}
            </strong>{" "}
            differences {shown === 1 ? "is" : "are"} significant.
          </p>
          <Table
            id="compare"
            caption="Differences between the two checkpoints"
            columns={columns(rows.length, (row, show) => (
              <ImagesLink images={images} set={row.set} checkpoints={[first, second]} part={{ show }}>
                {count(show === "only-first" ? row.onlyFirst : row.onlySecond)}
              </ImagesLink>
            ))}
            rows={rows}
            keyOf={({ set }) => setId(set)}
          />
          <ChangedClasses rows={rows} images={images} first={first} second={second} />
        </>
      )}
    </Section>
  );
}

/** Compares the two checkpoints on every image set that both have, with a joint adjustment. */
export function pairRows(
  data: PageProps["data"],
  details: PageProps["details"],
  first: number,
  second: number,
): readonly PairRow[] {
  if (details === null || first === -1 || second === -1 || first === second) return [];
  const rows = details.sets.flatMap((set) => {
    const counts = comparePair(openSet(set), first, second);
    return counts === null ? [] : [{ set, title: setTitle(data, set, details.sets), ...counts }];
  });
  const decisions = decideTogether(rows);
  return rows.map((row, i) => ({ ...row, ...(decisions[i] as PairedDecision) }));
}

/** @param only content of a cell about the images that only one of the two gets right */
function columns(
  tests: number,
  only: (row: PairRow, show: "only-first" | "only-second") => JSX.Element,
): Column<PairRow>[] {
  return [
    { id: "set", title: "Benchmark", cell: (row) => row.title, value: (row) => row.title },
    {
      id: "first",
      title: "First",
      align: "right",
      cell: (row) => percent(row.firstAccuracy, 2),
      value: (row) => row.firstAccuracy,
    },
    {
      id: "second",
      title: "Second",
      align: "right",
      cell: (row) => percent(row.secondAccuracy, 2),
      value: (row) => row.secondAccuracy,
    },
    {
      id: "difference",
      title: "Difference",
      align: "right",
      cell: (row) => (
        <>
          <span class={row.pHolm < DECISION_LEVEL ? "figure sure" : "figure"}>{points(row.difference, 2)}</span>
          <span class="interval">{pointsRange(row.low, row.high)}</span>
        </>
      ),
      value: (row) => row.difference,
    },
    { id: "p", title: "p (Holm)", align: "right", cell: (row) => probability(row.pHolm), value: (row) => row.pHolm },
    {
      id: "only-first",
      title: "Only first right",
      align: "right",
      cell: (row) => only(row, "only-first"),
      value: (row) => row.onlyFirst,
    },
    {
      id: "only-second",
      title: "Only second right",
      align: "right",
      cell: (row) => only(row, "only-second"),
      value: (row) => row.onlySecond,
    },
    {
      id: "kappa",
      title: "Kappa",
      hint: "Agreement beyond chance on which images are correct: error consistency, Geirhos et al. 2020",
      align: "right",
      cell: ({ errorConsistency }) =>
        errorConsistency === null ? (
          <span class="quiet">–</span>
        ) : (
          <>
            <span class="figure">{decimal(errorConsistency.kappa, 2)}</span>
            <span class="interval">
              {decimal(errorConsistency.low, 2)} … {decimal(errorConsistency.high, 2)}
            </span>
          </>
        ),
      value: (row) => row.errorConsistency?.kappa,
    },
    {
      id: "power",
      title: "Detectable",
      hint: `Minimum detectable difference in points: 80 % power of McNemar's exact test at level ${DECISION_LEVEL}${tests === 1 ? "" : `/${tests}, Holm's first step`}`,
      align: "right",
      cell: (row) => (row.minimumDetectableDifference === null ? "none" : percent(row.minimumDetectableDifference, 2)),
      value: (row) => row.minimumDetectableDifference ?? undefined,
    },
    {
      id: "n",
      title: "Images",
      align: "right",
      cell: ({ n, set }) => (n === set.expectedN ? count(n) : `${count(n)} of ${count(set.expectedN)}`),
      value: (row) => row.n,
    },
  ];
}

function ChangedClasses(props: {
  readonly rows: readonly PairRow[];
  readonly images: PageProps["images"];
  readonly first: number;
  readonly second: number;
}): JSX.Element {
  return (
    <details>
      <summary>Classes that differ most</summary>
      <div class="columns">
        {props.rows.map(({ set, title }) => {
          const changes = classChanges(set, props.first, props.second);
          return (
            <div key={setId(set)}>
              <h3>{title}</h3>
              <ul class="classes">
                {changes.map(({ label, name, n, difference }) => (
                  <li key={label}>
                    <span class={difference > 0 ? "better" : "worse"}>
                      {difference > 0 ? "+" : "−"}
                      {Math.abs(difference)}
                    </span>{" "}
                    <ImagesLink
                      images={props.images}
                      set={set}
                      checkpoints={[props.first, props.second]}
                      part={{ label, show: difference > 0 ? "only-first" : "only-second" }}
                    >
                      <bdi>{name}</bdi>
                    </ImagesLink>{" "}
                    <span class="quiet">of {n}</span>
                  </li>
                ))}
                {changes.length === 0 && <li class="quiet">none</li>}
              </ul>
            </div>
          );
        })}
      </div>
    </details>
  );
}

/** Returns the classes with the largest differences in the number of correct images, in either direction. */
export function classChanges(set: ImageSetDetails, first: number, second: number) {
  const opened = openSet(set);
  const firstCounts = classCounts(opened, first) ?? [];
  const secondCounts = classCounts(opened, second) ?? [];
  return firstCounts
    .map(({ label, name, n, correct }, c) => ({
      label,
      name,
      n,
      difference: correct - (secondCounts[c]?.correct ?? 0),
    }))
    .filter(({ difference }) => difference !== 0)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference))
    .slice(0, CLASSES);
}
