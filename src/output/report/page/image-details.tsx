import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Picture } from "./image-tile.tsx";
import { type OpenImages, verdictOf } from "./open-images.ts";
import { useView } from "./view-context.ts";

interface DetailsProps {
  readonly images: OpenImages;
  readonly row: number;
  readonly checkpoints: readonly string[];
  /** rows of the two checkpoints in the set; second −1: none */
  readonly first: number;
  readonly second: number;
  /** the previous and next images in the list; null: none */
  readonly previous: number | null;
  readonly next: number | null;
  readonly addressOf: (row: number) => string;
}

/** Shows one image with the prediction of each checkpoint. */
export function ImageDetails(props: DetailsProps): JSX.Element {
  const { images, row, checkpoints, first, second, previous, next, addressOf } = props;
  const { address } = useView();
  const section = useRef<HTMLElement>(null);
  // The page may be scrolled to the list, which is below
  useEffect(() => section.current?.scrollIntoView({ block: "nearest" }), [row]);
  const { records, labelNames, set } = images;
  const name = records.names[row] as string;
  const label = records.labels[row] as number;
  const tab = { tab: "images", checkpoint: "" };
  return (
    <section ref={section} class="image-details" aria-label="The open image">
      <Picture uri={images.pictures.get(row)} />
      <div>
        <h3>
          <a href={address({ label: set.labels[label] as string, as: "", find: "", image: "" })}>
            <bdi>{labelNames[label]}</bdi>
          </a>
        </h3>
        <p class="image-name">
          <bdi>{name}</bdi>
        </p>
        <table>
          <caption class="unseen">Prediction of each checkpoint</caption>
          <thead>
            <tr>
              <th scope="col">Checkpoint</th>
              <th scope="col">prediction</th>
              <th scope="col" class="right">
                confidence
              </th>
            </tr>
          </thead>
          <tbody>
            {checkpoints.map((checkpoint, member) => {
              const verdict = verdictOf(images, member, row);
              return (
                <tr key={checkpoint}>
                  <th scope="row">
                    {second >= 0 && member === first && "A "}
                    {member === second && "B "}
                    <a href={address({ ...tab, first: checkpoint, as: "" })}>
                      <bdi>{checkpoint}</bdi>
                    </a>
                  </th>
                  <td class={verdict.isRight ? "better" : "worse"}>
                    {verdict.isRight ? "✓" : "✗"}{" "}
                    {verdict.isRight ? (
                      <bdi>{verdict.name}</bdi>
                    ) : (
                      <a
                        class="worse"
                        href={address({
                          ...tab,
                          first: checkpoint,
                          show: "wrong",
                          label: set.labels[label] as string,
                          as: String(verdict.value),
                          find: "",
                        })}
                      >
                        <bdi>{verdict.name}</bdi>
                      </a>
                    )}
                  </td>
                  <td class="right">{verdict.confidence === null ? "–" : `${verdict.confidence} %`}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        <p class="image-steps">
          {previous !== null && <a href={addressOf(previous)}>← previous</a>}
          {next !== null && <a href={addressOf(next)}>next →</a>}
          <a href={address({ image: "" })}>close</a>
        </p>
      </div>
    </section>
  );
}
