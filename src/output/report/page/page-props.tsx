import type { JSX } from "preact";
import { cutMiddle } from "../../tables/name-text.ts";
import type { ImageSetDetails, ReportData, ReportImages } from "../report-data.ts";
import { Pick } from "./controls.tsx";
import type { OpenDetails } from "./decode.ts";
import { setId } from "./image-sets.ts";
import type { View } from "./view.ts";

/** What every part of the page is given. */
export interface PageProps {
  readonly data: ReportData;
  /** null until they are unpacked */
  readonly details: OpenDetails | null;
  /** null until they are unpacked */
  readonly images: ReportImages | null;
  readonly view: View;
  readonly change: (part: Partial<View>) => void;
  /** checkpoints that the search leaves */
  readonly names: ReadonlySet<string>;
}

const LONGEST = 48;

/** A checkpoint's name that opens its page. */
export function CheckpointName({
  name,
  change,
}: {
  readonly name: string;
  readonly change: PageProps["change"];
}): JSX.Element {
  return (
    <button type="button" class="name" title={name} onClick={() => change({ checkpoint: name })}>
      <bdi>{cutMiddle(name, LONGEST)}</bdi>
    </button>
  );
}

/** The image set that an address names, else the first. */
export function chosenSet(sets: readonly ImageSetDetails[], id: string): ImageSetDetails | undefined {
  return sets.find((set) => setId(set) === id) ?? sets[0];
}

/** A choice of the checkpoint that a part of the overview is about. */
export function CheckpointChoice({ data, view, change }: PageProps): JSX.Element | null {
  if (view.checkpoint !== "") return null;
  return (
    <Pick
      label="Checkpoint"
      placeholder="type a name"
      value={view.first}
      choices={data.checkpoints.map((name) => ({ value: name, label: cutMiddle(name, LONGEST) }))}
      onChange={(first) => change({ first })}
    />
  );
}
