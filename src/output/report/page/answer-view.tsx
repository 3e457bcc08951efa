import type { JSX } from "preact";
import type { Answer, Part } from "./answer.ts";
import { useView } from "./view-context.ts";

/** Shows the question as a heading, and its answer. `level` is that of the heading; default: the page's title */
export function AnswerView(props: { readonly answer: Answer; readonly level?: 1 | 2 }): JSX.Element {
  const { answer, level = 1 } = props;
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div class="ask">
      <Heading>
        <Parts parts={answer.question} />
      </Heading>
      <div class="answer">
        {answer.sentences.map((parts, i) => (
          <p key={i}>
            <Parts parts={parts} />
          </p>
        ))}
      </div>
    </div>
  );
}

function Parts({ parts }: { readonly parts: readonly Part[] }): JSX.Element {
  const { address, short } = useView();
  return (
    <>
      {parts.map((part) => {
        if (typeof part === "string") return part;
        if ("strong" in part) {
          return (
            <strong key={part.strong} class={part.tone}>
              {part.strong}
            </strong>
          );
        }
        return (
          <a key={part.checkpoint} class="name" title={part.checkpoint} href={address({ checkpoint: part.checkpoint })}>
            <bdi>{short(part.checkpoint)}</bdi>
          </a>
        );
      })}
    </>
  );
}
