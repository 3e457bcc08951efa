import type { JSX } from "preact";
import { idTitle } from "../../../analysis/robustness/study-axes.ts";
import type { GroupFinding, GroupFindings } from "../report-data.ts";
import { differs, groupFindings } from "./answer-groups.ts";
import { Section } from "./controls.tsx";
import type { PageProps } from "./page-props.tsx";
import { shiftTitle } from "./study.ts";
import { type Column, Table } from "./table.tsx";

/** Shows whether lines of groups differ, and the results of mixtures and scaling, as `fit` prints them. */
export function GroupLines({ data, view }: PageProps): JSX.Element | null {
  const groups = groupFindings(data, view);
  const tables = data.findings?.tables ?? [];
  if (groups === undefined && tables.length === 0) return null;
  return (
    <Section
      id="group-lines"
      title={groups === undefined ? "Lines of these checkpoints" : `Lines by ${groups.column}`}
      description={groups === undefined ? undefined : testDescription(groups)}
    >
      {groups !== undefined && (
        <Table
          id="group-lines"
          caption={`Whether lines by ${groups.column} differ`}
          columns={columnsOf(data)}
          rows={groups.rows}
          keyOf={({ benchmark, protocol, templates, idSide, rule }) =>
            JSON.stringify([benchmark, protocol, templates, idSide, rule])
          }
        />
      )}
      {tables.map(({ title, text }) => (
        <details key={title}>
          <summary>{title}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: wide text is scrolled, by keyboard too */}
          <pre tabIndex={0}>{text}</pre>
        </details>
      ))}
    </Section>
  );
}

function testDescription({ rows, family }: GroupFindings): string {
  const isShared = rows.some(({ noise }) => noise === "shared-images");
  return `Simulated tests: slopes first, then heights if equal slopes are not rejected, then whether it is one line within a margin; p after Holm over ${family} tests. Noise of finite images is treated as ${isShared ? "shared if checkpoints saw the same images" : "independent"}.`;
}

function columnsOf(data: PageProps["data"]): Column<GroupFinding>[] {
  return [
    {
      id: "benchmark",
      title: "Shift",
      cell: ({ benchmark, protocol, rule }) =>
        `${shiftTitle(data, benchmark, protocol)}${rule === "" ? "" : ` (${rule})`}`,
      value: ({ benchmark }) => benchmark,
    },
    {
      id: "axis",
      title: "x axis",
      cell: ({ idSide }) => `${idTitle(data.axes, idSide)}${idSide.includes("@") ? ", same classes" : ""}`,
      value: ({ idSide }) => idSide,
    },
    {
      id: "verdict",
      title: "Decision",
      cell: (row) => (
        <div class="decision">
          {differs(row) ? <b>{row.heading}</b> : row.heading}
          <small>{row.tests}</small>
        </div>
      ),
      value: ({ verdict }) => verdict,
    },
  ];
}
