import type { ComponentChildren, JSX } from "preact";

import { isSameTask, type TaskKey } from "../../../foundation/evaluation-key.ts";
import type { ImageSetDetails, ReportImages } from "../report-data.ts";
import { setId } from "./image-sets.ts";
import type { View } from "./view.ts";
import { useView } from "./view-context.ts";

interface ImagesLinkProps {
  readonly images: ReportImages;
  readonly set: ImageSetDetails;
  /** checkpoints of the images, as positions in ReportData.checkpoints */
  readonly checkpoints: readonly number[];
  /** which images */
  readonly part: Partial<Pick<View, "first" | "second" | "show" | "label">>;
  readonly children: ComponentChildren;
}

/** Links to single images if the page has those of these checkpoints; else shows its content without a link. */
export function ImagesLink({ images, set, checkpoints, part, children }: ImagesLinkProps): JSX.Element {
  const { address } = useView();
  if (!hasImages(images, set, checkpoints)) return <>{children}</>;
  const whole = { show: "", label: "", as: "", find: "", pictured: "", image: "" };
  return <a href={address({ ...whole, tab: "images", checkpoint: "", set: setId(set), ...part })}>{children}</a>;
}

function hasImages(images: ReportImages, task: TaskKey, checkpoints: readonly number[]): boolean {
  return images.sets.some(
    (set) => isSameTask(set, task) && checkpoints.every((checkpoint) => set.checkpoints.includes(checkpoint)),
  );
}
