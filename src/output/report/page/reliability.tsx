import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { keyText } from "../../../foundation/evaluation-key.ts";
import { count, plural } from "../../../foundation/number-text.ts";
import type { ReportData, RunSummary } from "../report-data.ts";
import { Section } from "./controls.tsx";
import { CheckpointName, notesOf, type PageProps } from "./page-props.tsx";
import { shiftTitle } from "./study.ts";
import { type Column, Table } from "./table.tsx";

/** Shows what the numbers are based on: scored and skipped images, warnings, and the recipe of every run. */
export function Reliability({ data, details, view }: PageProps): JSX.Element | null {
  const [isAll, setAll] = useState(false);
  const runs = useMemo(
    () => (details?.runs ?? []).filter(({ checkpoint }) => view.checkpoint === "" || view.checkpoint === checkpoint),
    [details, view.checkpoint],
  );
  const remarked = runs.filter((run) => remarksOf(run).length > 0);
  const columns = useMemo(() => columnsOf(data), [data]);
  const notes = notesOf({ data, details });
  if (data.checkpoints.length === 0) return null;
  return (
    <Section
      id="reliability"
      title="Reliability of these numbers"
      description={
        details === null
          ? "Reading the recipes …"
          : runs.length === 0
            ? "These accuracies come from a table; how they were measured is not known here."
            : `${plural(runs.length, "result")}; ${remarked.length === 0 ? "none has a remark" : `${count(remarked.length)} with remarks`}. Each opens to its recipe.`
      }
      actions={
        remarked.length > 0 &&
        remarked.length < runs.length && (
          <label class="control">
            <input type="checkbox" checked={isAll} onChange={() => setAll(!isAll)} /> show those without remarks too
          </label>
        )
      }
    >
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map(({ severity, text, details = [] }) => (
            <li key={`${severity}: ${text}`} class={severity === "warning" ? "warning" : undefined}>
              {severity === "warning" ? `warning: ${text}` : text}
              <Folded lines={details} />
            </li>
          ))}
        </ul>
      )}
      <RunNotes runs={runs} />
      {runs.length > 0 && (
        <Table
          id="runs"
          caption="Results and their recipes"
          columns={columns}
          rows={isAll || remarked.length === 0 ? runs : remarked}
          keyOf={(run) => keyText(run)}
          checkpointOf={(run) => run.checkpoint}
        />
      )}
    </Section>
  );
}

/** Lists the notes of the runs without duplicates, each with its results. */
function RunNotes({ runs }: { readonly runs: readonly RunSummary[] }): JSX.Element | null {
  const byText = new Map<string, { results: number; checkpoints: Set<string> }>();
  for (const { notes, checkpoint } of runs) {
    for (const note of notes) {
      const known = byText.get(note) ?? { results: 0, checkpoints: new Set() };
      known.results++;
      known.checkpoints.add(checkpoint);
      byText.set(note, known);
    }
  }
  if (byText.size === 0) return null;
  return (
    <ul class="notes">
      {[...byText].map(([text, { results, checkpoints }]) => (
        <li key={text}>
          {text}: {plural(results, "result")} of {plural(checkpoints.size, "checkpoint")}
          <Folded lines={[...checkpoints]} />
        </li>
      ))}
    </ul>
  );
}

/** Lines that a click unfolds. */
function Folded({ lines }: { readonly lines: readonly string[] }): JSX.Element | null {
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>{lines.length === 1 ? "which" : `all ${count(lines.length)}`}</summary>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

function columnsOf(data: ReportData): Column<RunSummary>[] {
  return [
    {
      id: "checkpoint",
      title: "Checkpoint",
      cell: (run) => <CheckpointName name={run.checkpoint} />,
      value: (run) => run.checkpoint,
    },
    {
      id: "benchmark",
      title: "Benchmark",
      cell: (run) => shiftTitle(data, run.benchmark, run.protocol),
      value: (run) => `${run.benchmark}/${run.protocol}`,
    },
    {
      id: "prompts",
      title: "Prompts",
      cell: (run) => `${run.templates}, ${run.classNames}`,
      value: (run) => run.templates,
    },
    {
      id: "n",
      title: "Images",
      align: "right",
      cell: (run) =>
        run.n === run.expectedN ? (
          count(run.n)
        ) : (
          <span class="flag">
            {count(run.n)} of {count(run.expectedN)}
          </span>
        ),
      value: (run) => run.n / run.expectedN,
    },
    {
      id: "remarks",
      title: "Remarks",
      cell: (run) => {
        const remarks = remarksOf(run);
        return remarks.length === 0 ? (
          <span class="quiet">none</span>
        ) : (
          <ul class="remarks">
            {remarks.map((remark) => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        );
      },
      value: (run) => -remarksOf(run).length,
    },
    {
      id: "recipe",
      title: "Recipe",
      cell: (run) => (
        <details>
          <summary>open</summary>
          <dl class="recipe">
            {run.recipe.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      ),
      value: (run) => run.recipe.length,
    },
  ];
}

function remarksOf({ n, expectedN, skipped, warnings }: RunSummary): string[] {
  return [
    ...(n === expectedN ? [] : [`only ${count(n)} of ${count(expectedN)} images`]),
    ...(skipped === 0 ? [] : [`${plural(skipped, "image")} could not be read`]),
    ...warnings,
  ];
}
