import type { JSX } from "preact";
import { FIT_SCALES } from "../../../analysis/lines/fit-scale.ts";
import {
  benchmarkOfSide,
  idTitle,
  mainSide,
  sameClassesSide,
  wholeSides,
} from "../../../analysis/robustness/study-axes.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";
import { usualPrompts } from "./context-words.ts";
import { Select } from "./controls.tsx";
import type { PageProps } from "./page-props.tsx";
import { shiftTitle } from "./study.ts";

/** Prefix of numeric columns among the choices of the x axis; no benchmark id starts with it. */
const COLUMN = "column ";

/** Settings of the answer, the plot and the tables: baseline, scale, groups, prompts, protocol and x axis. */
export function Settings(props: PageProps & { readonly panel: ScatterPanel | undefined }): JSX.Element {
  const { data, view, change, panel } = props;
  const prompts = [...new Set(data.results.map(({ templates }) => templates))].sort();
  return (
    <details class="settings">
      <summary>Settings</summary>
      <div class="settings-body">
        <Select
          label="Baseline"
          value={view.baseline}
          choices={data.baselines.map(({ id }) => ({ value: id, label: id }))}
          onChange={(baseline) => change({ baseline, prompts: usualPrompts(data, baseline) })}
        />
        <Select
          label="Scale"
          value={view.scale}
          choices={FIT_SCALES.map((scale) => ({ value: scale, label: scale }))}
          onChange={(scale) => change({ scale, zoom: "" })}
        />
        <Select
          label="Groups"
          value={view.group}
          choices={[
            { value: "", label: "none" },
            ...data.groupings.map(({ column }) => ({ value: column, label: column })),
          ]}
          onChange={(group) => change({ group, band: "" })}
        />
        <Select
          label="Prompts"
          value={view.prompts}
          choices={prompts.map((promptSet) => ({
            value: promptSet,
            label: promptSet === "" ? "not known" : promptSet,
          }))}
          onChange={(value) => change({ prompts: value })}
        />
        {panel !== undefined && <ProtocolChoice {...props} panel={panel} />}
        {panel !== undefined && <AxisChoice {...props} panel={panel} />}
        {panel !== undefined && panel.groups.length > 0 && (
          <Select
            label="Band of"
            value={panel.groups.includes(view.band) ? view.band : ""}
            choices={["", ...panel.groups].map((group) => ({ value: group, label: group || "the baseline" }))}
            onChange={(band) => change({ band })}
          />
        )}
      </div>
    </details>
  );
}

function ProtocolChoice(props: PageProps & { readonly panel: ScatterPanel }): JSX.Element | null {
  const { data, view, change, panel } = props;
  const ofBenchmark = data.results.filter((result) => result.benchmark === panel.benchmark);
  const protocols = [...new Set(ofBenchmark.map(({ protocol }) => protocol))].sort();
  return (
    <Select
      label="Protocol"
      value={view.protocol === "" ? panel.protocol : view.protocol}
      choices={protocols.map((protocol) => ({ value: protocol, label: protocol }))}
      onChange={(protocol) => change({ protocol, zoom: "" })}
    />
  );
}

function AxisChoice(props: PageProps & { readonly panel: ScatterPanel }): JSX.Element | null {
  const { data, view, change, panel } = props;
  const { benchmark } = panel;
  const choices = wholeSides(data.axes).flatMap((id) => {
    const hasSame = data.results.some((result) => result.benchmark === id && result.protocol === benchmark);
    const title = idTitle(data.axes, id);
    const same = {
      value: sameClassesSide(id, benchmark),
      label: `${title}, classes of ${shiftTitle(data, benchmark, "")}`,
    };
    return [{ value: id, label: title }, ...(hasSame ? [same] : [])];
  });
  return (
    <Select
      label="x axis"
      value={panel.xColumn === null ? panel.idSide : COLUMN + view.x}
      choices={[...choices, ...data.numbers.map(({ column }) => ({ value: COLUMN + column, label: column }))]}
      onChange={(side) => {
        if (side.startsWith(COLUMN)) {
          change({ x: side.slice(COLUMN.length), zoom: "" });
          return;
        }
        const id = benchmarkOfSide(side);
        change({ id: id === mainSide(data.axes) ? "" : id, axis: side === id ? "all" : "same", x: "", zoom: "" });
      }}
    />
  );
}
