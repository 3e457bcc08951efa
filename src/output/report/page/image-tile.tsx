import type { JSX } from "preact";
import { type OpenImages, type Verdict, verdictOf } from "./open-images.ts";

interface TileProps {
  readonly images: OpenImages;
  readonly row: number;
  readonly first: number;
  readonly second: number;
  readonly open: number;
  readonly addressOf: (row: number) => string;
  /** whether the set has pictures: the tile then reserves space for one */
  readonly isPictured: boolean;
  readonly tabIndex?: number;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/** Shows an image with its class and the predictions of the two checkpoints; links to its details. */
export function ImageTile(props: TileProps): JSX.Element {
  const { images, row, first, second, open, addressOf, isPictured, tabIndex, onKeyDown } = props;
  const { records, labelNames } = images;
  const name = records.names[row] as string;
  const label = labelNames[records.labels[row] as number] as string;
  return (
    <a
      class="image-tile"
      href={addressOf(row)}
      tabIndex={tabIndex}
      onKeyDown={onKeyDown}
      aria-current={row === open ? "true" : undefined}
      title={name}
    >
      {isPictured && <Picture uri={images.pictures.get(row)} />}
      <span class="image-label">
        <bdi>{label}</bdi>
      </span>
      <VerdictLine letter={second >= 0 ? "A" : ""} verdict={verdictOf(images, first, row)} />
      {second >= 0 && <VerdictLine letter="B" verdict={verdictOf(images, second, row)} />}
      <span class="image-name">
        <bdi>{name.slice(name.lastIndexOf("/") + 1)}</bdi>
      </span>
    </a>
  );
}

/** Shows the picture, or a placeholder. */
export function Picture({ uri }: { readonly uri: string | undefined }): JSX.Element {
  if (uri === undefined) return <span class="no-picture">no picture</span>;
  return <img class="picture" src={uri} alt="" decoding="async" />;
}

function VerdictLine({ letter, verdict }: { readonly letter: string; readonly verdict: Verdict }): JSX.Element {
  const { isRight, confidence } = verdict;
  return (
    <span class="verdict">
      {letter !== "" && <span class="quiet">{letter}</span>}
      <span class={isRight ? "verdict-class better" : "verdict-class worse"}>
        <span aria-hidden="true">{isRight ? "✓" : "✗"}</span>
        <span class="unseen">{isRight ? "right: " : "wrong: "}</span> <bdi>{verdict.name}</bdi>
      </span>
      {confidence !== null && <span class="quiet">{confidence} %</span>}
    </span>
  );
}
