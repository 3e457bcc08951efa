import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { TASK_FIELDS } from "../../../foundation/evaluation-key.ts";
import { count, plural } from "../../../foundation/number-text.ts";
import type { ReportImages, StoredImages } from "../report-data.ts";
import { type Pick, Section, Select } from "./controls.tsx";
import { ImageControls, Shows } from "./image-controls.tsx";
import { ImageDetails } from "./image-details.tsx";
import { ImageList } from "./image-list.tsx";
import { setId, setTitle } from "./image-sets.ts";
import { className, type OpenImages, openImages } from "./open-images.ts";
import type { PageProps } from "./page-props.tsx";
import { type ImageQuery, parseOrder, parseShow, selectImages } from "./select-images.ts";
import { useView } from "./view-context.ts";

/** Browses single images by correctness, class, confidence and name. All choices are in the address. */
export function ImageBrowser(props: PageProps & { readonly alone?: string }): JSX.Element | null {
  const { data, images, view, alone } = props;
  const set = chosenImages(images, view.set);
  const opened = useOpened(images, set);
  if (images.sets.length + images.cuts.length === 0) return null;
  const first = alone ?? view.first;
  const names = images.checkpoints.map((checkpoint) => data.checkpoints[checkpoint] as string);
  const title = set === undefined ? "" : setTitle(data, set, images.sets);
  return (
    <Section
      id="images"
      title={alone !== undefined || title === "" ? `Images${title === "" ? "" : ` of ${title}`}` : title}
      actions={
        <Select
          label="Benchmark"
          value={set === undefined ? "" : taskOf(set)}
          choices={images.sets.map((imageSet) => ({
            value: taskOf(imageSet),
            label: setTitle(data, imageSet, images.sets),
          }))}
          onChange={(task) => props.change({ set: setOfTask(props, task), label: "", as: "", image: "" })}
        />
      }
    >
      {set === undefined || !set.checkpoints.includes(data.checkpoints.indexOf(first)) ? (
        <NotHere name={first} names={set === undefined ? names : namesOf(props, set)} />
      ) : opened === null ? (
        <p class="quiet">Reading the images …</p>
      ) : (
        <Browser {...props} first={first} opened={opened} />
      )}
      <ul class="notes image-cuts">
        {[...images.cuts, CONFIDENCE].map((text) => (
          <li key={text}>{withOptions(text)}</li>
        ))}
      </ul>
    </Section>
  );
}

const CONFIDENCE =
  "Confidence (%) is the softmax probability of the top class among the five best classes, at CLIP's logit scale of 100.";

/** Formats a sentence without line breaks inside options. */
function withOptions(text: string): ComponentChildren[] {
  return text.split(/(--[a-z-]+ [\w.]+)/).map((part, i) => (i % 2 === 1 ? <code key={part}>{part}</code> : part));
}

/** Returns the set of the task in the address, else a set of its benchmark, else the first. */
function chosenImages({ sets }: ReportImages, id: string): StoredImages | undefined {
  return (
    sets.find((set) => id.startsWith(`${taskOf(set)}|`)) ??
    sets.find(({ benchmark }) => id.startsWith(`${benchmark}|`)) ??
    sets[0]
  );
}

/** Returns the task of a set: the first part of its id. */
function taskOf(set: StoredImages): string {
  return TASK_FIELDS.map((field) => set[field]).join("|");
}

/** Returns the id of the set for classes and pairs. */
function setOfTask({ details }: PageProps, task: string): string {
  const set = details?.sets.find((candidate) => setId(candidate).startsWith(`${task}|`));
  return set === undefined ? `${task}|` : setId(set);
}

function namesOf({ data }: Pick<PageProps, "data">, { checkpoints }: StoredImages): string[] {
  return checkpoints.map((checkpoint) => data.checkpoints[checkpoint] as string);
}

function useOpened(images: ReportImages, set: StoredImages | undefined): OpenImages | null {
  const [opened, setOpened] = useState<OpenImages | null>(null);
  useEffect(() => {
    let isWanted = true;
    if (set !== undefined) {
      openImages(images, set).then((found) => {
        if (isWanted) setOpened(found);
      });
    }
    return () => {
      isWanted = false;
    };
  }, [images, set]);
  return opened !== null && opened.set === set ? opened : null;
}

/** Quotes a word for a shell. */
function shellWord(text: string): string {
  return /^[\w.+/:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Explains how to get single images that are not in the page. */
function NotHere({ name, names }: { readonly name: string; readonly names: readonly string[] }): JSX.Element {
  const { address } = useView();
  return (
    <>
      <p>
        Single images of <bdi>{name}</bdi> are not in this page
        {names.length === 0 ? "." : "; available are those of:"}
      </p>
      <ul class="notes">
        {names.map((checkpoint) => (
          <li key={checkpoint}>
            <a href={address({ tab: "images", checkpoint: "", first: checkpoint, image: "" })}>
              <bdi>{checkpoint}</bdi>
            </a>
          </li>
        ))}
      </ul>
      <p>
        To include them: <code class="command">shiftline report --images-of {shellWord(name)}</code>
      </p>
    </>
  );
}

function Browser(
  props: PageProps & { readonly first: string; readonly opened: OpenImages; readonly alone?: string },
): JSX.Element {
  const { view, opened, first, alone } = props;
  const { address } = useView();
  const names = namesOf(props, opened.set);
  const second = alone !== undefined || view.second === first ? -1 : names.indexOf(view.second);
  const query: ImageQuery = {
    first: names.indexOf(first),
    second,
    show: parseShow(view.show),
    label: view.label,
    as: view.as,
    find: view.find,
    isPictured: view.pictured === "only",
    order: parseOrder(view.order),
  };
  const asked = Object.values(query).join("\n");
  const selected = useMemo(() => selectImages(opened, query), [opened, asked]);
  const { rows } = selected;
  const open = useMemo(() => (view.image === "" ? -1 : opened.records.names.indexOf(view.image)), [opened, view.image]);
  const at = open === -1 ? -1 : rows.indexOf(open);
  const addressOf = (row: number) => address({ image: opened.records.names[row] as string });
  return (
    <>
      <ImageControls {...props} names={names} query={query} />
      <Shows query={query} selected={selected} second={second === -1 ? "" : view.second} />
      {view.as !== "" && (
        <p>
          Predicted as <bdi>{className(opened, Number(view.as))}</bdi>. <a href={address({ as: "" })}>Any class</a>
        </p>
      )}
      <p role="status">
        {plural(rows.length, "image")}
        {opened.set.listed < opened.set.n
          ? `, of the ${count(opened.set.listed)} listed of ${count(opened.set.n)}`
          : `, of ${count(opened.set.n)}`}
        . <PictureWords opened={opened} rows={rows} />
      </p>
      <p class="unseen" aria-live="polite">
        {open !== -1 && `Open: ${opened.labelNames[opened.records.labels[open] as number]}, ${view.image}`}
      </p>
      {open !== -1 && (
        <ImageDetails
          images={opened}
          row={open}
          checkpoints={names}
          first={query.first}
          second={second}
          previous={at > 0 ? (rows[at - 1] as number) : null}
          next={at >= 0 && at + 1 < rows.length ? (rows[at + 1] as number) : null}
          addressOf={addressOf}
        />
      )}
      {view.image !== "" && open === -1 && (
        <p class="caution">
          This page has no image <bdi>{view.image}</bdi>.
        </p>
      )}
      {rows.length > 0 && (
        <ImageList images={opened} rows={rows} first={query.first} second={second} open={open} addressOf={addressOf} />
      )}
    </>
  );
}

/** States how many pictures there are, and how to include more. */
function PictureWords({
  opened,
  rows,
}: {
  readonly opened: OpenImages;
  readonly rows: Uint32Array;
}): JSX.Element | null {
  const has = useMemo(() => rows.reduce((sum, row) => sum + Number(opened.pictures.has(row)), 0), [opened, rows]);
  if (rows.length === 0 || has === rows.length) return null;
  return (
    <span class="quiet">
      {has === 0 ? "None has a picture in this page" : `${count(has)} of them have a picture in this page`}; more:{" "}
      <code>shiftline report --thumbnails 100 --data ROOT</code>
    </span>
  );
}
