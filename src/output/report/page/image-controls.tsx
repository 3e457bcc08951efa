import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { count } from "../../../foundation/number-text.ts";
import { Pick, Select } from "./controls.tsx";
import type { OpenImages } from "./open-images.ts";
import type { PageProps } from "./page-props.tsx";
import { type ImageQuery, ORDERS, type SelectedImages, SHOWS, type Show } from "./select-images.ts";
import { useView } from "./view-context.ts";

interface ControlsProps extends PageProps {
  readonly opened: OpenImages;
  readonly first: string;
  /** the checkpoint of a checkpoint page, where no pair is chosen */
  readonly alone?: string;
  /** checkpoints with images */
  readonly names: readonly string[];
  readonly query: ImageQuery;
}

const ORDER_TITLES = { surest: "surest first", unsure: "least sure first", listed: "as in the benchmark" } as const;

/** Controls that filter and sort the images. */
export function ImageControls(props: ControlsProps): JSX.Element {
  const { view, change, opened, first, alone, names, query } = props;
  const pictured = opened.pictures.size;
  return (
    <div class="controls image-controls">
      {alone === undefined && (
        <>
          <Select
            label="A"
            value={first}
            choices={names.map((name) => ({ value: name, label: name }))}
            onChange={(name) => change({ first: name, ...(name === view.second ? { second: first } : {}), as: "" })}
          />
          <Select
            label="B"
            value={query.second === -1 ? "" : view.second}
            choices={[
              { value: "", label: "none" },
              ...names.filter((name) => name !== first).map((name) => ({ value: name, label: name })),
            ]}
            onChange={(name) => change({ second: name })}
          />
        </>
      )}
      <ClassChoice {...props} opened={opened} />
      <Find {...props} />
      <Select
        label="Order"
        value={query.order}
        choices={ORDERS.map((order) => ({ value: order, label: ORDER_TITLES[order] }))}
        onChange={(order) => change({ order: order === ORDERS[0] ? "" : order })}
      />
      {pictured > 0 && pictured < opened.records.names.length && (
        <label class="control">
          <input
            type="checkbox"
            checked={query.isPictured}
            onChange={(event) => change({ pictured: event.currentTarget.checked ? "only" : "" })}
          />
          with a picture
        </label>
      )}
    </div>
  );
}

/** Links to the images by which checkpoint is right. */
export function Shows(props: {
  readonly query: ImageQuery;
  readonly selected: SelectedImages;
  readonly second: string;
}): JSX.Element {
  const { query, selected, second } = props;
  const { address } = useView();
  const a = second === "" ? "" : "A ";
  const titles: Readonly<Record<Show, string>> = {
    wrong: `${a}wrong`,
    right: `${a}right`,
    "only-first": "only A right",
    "only-second": "only B right",
    "both-wrong": "both wrong",
    "both-right": "both right",
    all: "all",
  };
  const shows = SHOWS.filter((show) => second !== "" || !/^(?:only|both)-/.test(show));
  return (
    <nav class="image-shows" aria-label="Who is right">
      {shows.map((show) => (
        <a
          key={show}
          href={address({ show: show === SHOWS[0] ? "" : show, image: "" })}
          aria-current={show === query.show ? "true" : undefined}
        >
          {titles[show]} <span class="quiet">{count(selected.counts[show])}</span>
        </a>
      ))}
    </nav>
  );
}

/** A choice of the images' class. */
function ClassChoice({ view, change, opened }: PageProps & { readonly opened: OpenImages }): JSX.Element {
  const choices = useMemo(() => {
    const { set, labelNames } = opened;
    const times = new Map<string, number>();
    for (const name of labelNames) times.set(name, (times.get(name) ?? 0) + 1);
    const unique = labelNames.map((name, i) => ((times.get(name) ?? 0) > 1 ? `${name} (${set.labels[i]})` : name));
    return { byName: new Map(unique.map((name, i) => [name, set.labels[i] as string])), names: unique };
  }, [opened]);
  const position = opened.set.labels.indexOf(view.label);
  const sorted = useMemo(
    () => [...choices.names].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
    [choices],
  );
  return (
    <Pick
      label="Class"
      placeholder="any: type a name"
      value={view.label === "" ? "" : (choices.names[position] ?? "")}
      choices={[{ value: "", label: "any" }, ...sorted.map((name) => ({ value: name, label: name }))]}
      onChange={(name) => change({ label: choices.byName.get(name) ?? "", image: "" })}
    />
  );
}

function Find({ view, change }: PageProps): JSX.Element {
  return (
    <label class="control">
      <span class="quiet">Find</span>
      <input
        type="search"
        placeholder="image or class"
        value={view.find}
        onInput={(event) => change({ find: event.currentTarget.value })}
      />
    </label>
  );
}
