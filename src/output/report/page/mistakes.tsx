import type { JSX } from "preact";
import { percent } from "../../../foundation/number-text.ts";
import type { MistakeSet } from "../report-data.ts";
import { Section } from "./controls.tsx";
import type { PageProps } from "./page-props.tsx";
import { shiftTitle } from "./study.ts";

/** The images that a checkpoint was surest of and wrong about. */
export function Mistakes({
  data,
  mistakes,
  checkpoint,
}: PageProps & { readonly checkpoint: string }): JSX.Element | null {
  const sets = mistakes.sets.filter((set) => set.checkpoint === checkpoint && set.mistakes.length > 0);
  if (sets.length === 0) return null;
  return (
    <Section
      id="mistakes"
      title="Surest mistakes"
      about="Confidence is the share of the best class in a softmax over the five best, at CLIP's logit scale of 100."
    >
      {sets.map((set) => (
        <div key={`${set.benchmark}/${set.protocol}`}>
          <h3>{shiftTitle(data, set.benchmark, set.protocol)}</h3>
          <Pictures set={set} pictures={mistakes.pictures} />
        </div>
      ))}
    </Section>
  );
}

function Pictures({ set, pictures }: { readonly set: MistakeSet; readonly pictures: readonly string[] }): JSX.Element {
  return (
    <ul class="pictures">
      {set.mistakes.map(({ image, picture, label, predicted, confidence }) => (
        <li key={image}>
          <figure>
            <img src={pictures[picture]} alt={`${label}, taken for ${predicted}`} title={image} decoding="async" />
            <figcaption>
              <span class="taken">
                <bdi>{predicted}</bdi> <span class="quiet">{percent(confidence, 0)} %</span>
              </span>
              <span>
                is <bdi>{label}</bdi>
              </span>
            </figcaption>
          </figure>
        </li>
      ))}
    </ul>
  );
}
