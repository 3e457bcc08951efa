import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { idTitle, type StudyAxes } from "../../../analysis/robustness/study-axes.ts";
import { count, percent, percentRange, points } from "../../../foundation/number-text.ts";
import { binomialInterval } from "../../../foundation/statistics/binomial-interval.ts";
import type { ImageSetDetails } from "../report-data.ts";
import { Section, Select } from "./controls.tsx";
import { classCounts, inDistributionSet, openSet, setId, setTitle } from "./image-sets.ts";
import { ImagesLink } from "./images-link.tsx";
import { CheckpointChoice, chosenSet, type PageProps } from "./page-props.tsx";
import { type Column, Table } from "./table.tsx";

export interface ClassRow {
  readonly label: string;
  readonly name: string;
  readonly n: number;
  readonly correct: number;
  /** the same class in distribution; null without such a result */
  readonly id: { readonly n: number; readonly correct: number } | null;
  /** accuracy under shift minus accuracy in distribution */
  readonly change: number | undefined;
}

/** Shows the accuracy of each class under a shift, and which classes cause the drop. */
export function Classes(props: PageProps & { readonly checkpoint: string }): JSX.Element | null {
  const { data, details, images, view, change, checkpoint } = props;
  const position = data.checkpoints.indexOf(checkpoint);
  const sets = useMemo(
    () => (details?.sets ?? []).filter(({ checkpoints }) => checkpoints.includes(position)),
    [details, position],
  );
  const set = chosenSet(sets, view.set);
  const rows = useMemo(
    () => (set === undefined ? [] : classRows(data.axes, set, details?.sets ?? [], position)),
    [data, set, details, position],
  );
  const columns = useMemo(
    () =>
      columnsOf(rows, idTitle(data.axes), ({ label, name }) =>
        set === undefined ? (
          <bdi>{name}</bdi>
        ) : (
          <ImagesLink images={images} set={set} checkpoints={[position]} part={{ first: checkpoint, label }}>
            <bdi>{name}</bdi>
          </ImagesLink>
        ),
      ),
    [data, rows, images, set, position, checkpoint],
  );
  if (set === undefined) return null;
  return (
    <Section
      id="classes"
      title="Classes"
      description={`Accuracy of each class under the shift and, where it was evaluated, on ${idTitle(data.axes)} on the same list of classes. A class has few images, so its interval (95 %, Clopper–Pearson) is wide, and the largest drops are partly chance.`}
      actions={
        <>
          <CheckpointChoice {...props} />
          <Select
            label="Benchmark"
            value={setId(set)}
            choices={sets.map((set) => ({ value: setId(set), label: setTitle(data, set, sets) }))}
            onChange={(value) => change({ set: value })}
          />
        </>
      }
    >
      <Table
        key={setId(set)}
        id="classes"
        caption={`Classes of ${set.benchmark}`}
        columns={columns}
        rows={rows}
        first={12}
        keyOf={({ label }) => label}
        sortBy={rows.some((row) => row.id !== null) ? "change" : "accuracy"}
      />
    </Section>
  );
}

export function classRows(
  axes: StudyAxes,
  set: ImageSetDetails,
  sets: readonly ImageSetDetails[],
  checkpoint: number,
): ClassRow[] {
  const inDistribution = inDistributionSet(axes, set, sets, checkpoint);
  const ids = new Map(
    (inDistribution === undefined ? [] : (classCounts(openSet(inDistribution), checkpoint) ?? [])).map((idClass) => [
      idClass.label,
      idClass,
    ]),
  );
  return (classCounts(openSet(set), checkpoint) ?? []).map(({ label, name, n, correct }) => {
    const id = ids.get(label) ?? null;
    const change = id === null || id.n === 0 ? undefined : correct / n - id.correct / id.n;
    return { label, name, n, correct, id, change };
  });
}

/** @param nameOf content of the cell with the class name */
function columnsOf(
  rows: readonly ClassRow[],
  title: string,
  nameOf: (row: ClassRow) => JSX.Element,
): Column<ClassRow>[] {
  const hasId = rows.some((row) => row.id !== null);
  const all: Column<ClassRow>[] = [
    { id: "class", title: "Class", cell: nameOf, value: (row) => row.name },
    {
      id: "accuracy",
      title: "Under shift",
      align: "right",
      cell: (row) => <Share {...row} />,
      value: (row) => row.correct / row.n,
    },
    {
      id: "id",
      title: `On ${title}`,
      align: "right",
      cell: (row) => (row.id === null ? <span class="quiet">–</span> : <Share {...row.id} />),
      value: (row) => (row.id === null ? undefined : row.id.correct / row.id.n),
    },
    {
      id: "change",
      title: "Change",
      hint: "percentage points; a drop is negative",
      align: "right",
      cell: (row) => (row.change === undefined ? <span class="quiet">–</span> : points(row.change)),
      value: (row) => row.change,
    },
    { id: "n", title: "Images", align: "right", cell: (row) => count(row.n), value: (row) => row.n },
  ];
  return hasId ? all : all.filter(({ id }) => id !== "id" && id !== "change");
}

function Share({ correct, n }: { readonly correct: number; readonly n: number }): JSX.Element {
  const { low, high } = binomialInterval(correct, n);
  return (
    <>
      <span class="figure">{percent(correct / n)}</span>
      <span class="interval">{percentRange(low, high, 0)}</span>
    </>
  );
}
