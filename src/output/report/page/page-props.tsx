import type { JSX } from "preact";
import type { ImageSetDetails, ReportData, ReportImages, ReportNote } from "../report-data.ts";
import { Pick } from "./controls.tsx";
import type { OpenDetails } from "./decode.ts";
import { setId } from "./image-sets.ts";
import type { View } from "./view.ts";
import { useView } from "./view-context.ts";

/** Properties of every part of the page. */
export interface PageProps {
  readonly data: ReportData;
  /** null until unpacked */
  readonly details: OpenDetails | null;
  readonly images: ReportImages;
  readonly view: View;
  readonly change: (part: Partial<View>) => void;
}

/** Links a checkpoint's name to its page. `text` is a shorter text for narrow places. */
export function CheckpointName(props: { readonly name: string; readonly text?: string }): JSX.Element {
  const { name } = props;
  const { address, short, found } = useView();
  const text = <bdi>{props.text ?? short(name)}</bdi>;
  return (
    <a class="name" title={name} href={address({ checkpoint: name })}>
      {found.has(name) ? <mark>{text}</mark> : text}
    </a>
  );
}

/** Returns the image set in the address, else the first. */
export function chosenSet(sets: readonly ImageSetDetails[], id: string): ImageSetDetails | undefined {
  return sets.find((set) => setId(set) === id) ?? sets[0];
}

/** A choice of the checkpoint for a part of the overview. */
export function CheckpointChoice({ data, view, change }: PageProps): JSX.Element | null {
  const { short } = useView();
  if (view.checkpoint !== "") return null;
  return (
    <Pick
      label="Checkpoint"
      placeholder="type a name"
      value={view.first}
      choices={data.checkpoints.map((name) => ({ value: name, label: short(name) }))}
      onChange={(first) => change({ first })}
    />
  );
}

/** Returns the notes of the page without duplicates. */
export function notesOf({ data, details }: Pick<PageProps, "data" | "details">): readonly ReportNote[] {
  const pageNotes = new Set(data.notes.map(({ text }) => text));
  return [...data.notes, ...(details?.notes ?? []).filter(({ text }) => !pageNotes.has(text))];
}
