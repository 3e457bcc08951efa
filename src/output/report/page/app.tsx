import { type JSX, render } from "preact";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { FIT_SCALES } from "../../../analysis/lines/fit-scale.ts";
import { AVERAGE, isInDistribution } from "../../../analysis/robustness/study-axes.ts";
import type { ReportData, ReportImages } from "../report-data.ts";
import { groupReport, studyReport } from "../report-study.ts";
import { Accuracies } from "./accuracies.tsx";
import { AgreementMatrix } from "./agreement.tsx";
import "./app.css";
import { CheckpointPage } from "./checkpoint-page.tsx";
import { Classes } from "./classes.tsx";
import { Compare } from "./compare.tsx";
import { Select } from "./controls.tsx";
import { type OpenDetails, readData, readDetails, readImages } from "./decode.ts";
import { Empty, Footer, Search, ThemeChoice } from "./frame.tsx";
import { Headline } from "./headline.tsx";
import { Live } from "./live.tsx";
import type { PageProps } from "./page-props.tsx";
import { Reliability } from "./reliability.tsx";
import { Robustness } from "./robustness.tsx";
import { Scatter } from "./scatter.tsx";
import { formatView, parseView, START, type View } from "./view.ts";

function App({ data }: { readonly data: ReportData }): JSX.Element {
  const start = useMemo(() => startView(data), [data]);
  const [view, setView] = useState(() => parseView(location.hash, start));
  const [details, setDetails] = useState<OpenDetails | null>(null);
  const [images, setImages] = useState<ReportImages | null>(null);
  useEffect(() => {
    readDetails().then(setDetails);
    readImages().then(setImages);
    const follow = () => setView(parseView(location.hash, start));
    window.addEventListener("hashchange", follow);
    window.addEventListener("popstate", follow);
    return () => {
      window.removeEventListener("hashchange", follow);
      window.removeEventListener("popstate", follow);
    };
  }, [start]);
  const change = useCallback(
    (part: Partial<View>) =>
      setView((old) => {
        const next = { ...old, ...part };
        const address = formatView(next, start);
        // Another checkpoint's page is a step that the browser's back button undoes; a choice on a page is not
        if (next.checkpoint !== old.checkpoint) {
          history.pushState(null, "", address);
          window.scrollTo(0, 0);
        } else history.replaceState(null, "", address);
        return next;
      }),
    [start],
  );
  const names = useMemo(() => search(data, view.search), [data, view.search]);
  const { study, problem } = useMemo(
    () => studyReport(data, view.baseline, view.scale),
    [data, view.baseline, view.scale],
  );
  const groups = useMemo(() => groupReport(data, study, view.group, view.scale), [data, study, view.group, view.scale]);
  const props: PageProps = { data, details, images, view, change, names };
  return (
    <>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the content
      </button>
      <header class="top">
        <div class="top-line">
          <p class="brand">{data.title}</p>
          <div class="controls">
            <ThemeChoice />
          </div>
        </div>
        <Live data={data} />
      </header>
      <main id="main" tabIndex={-1}>
        {data.checkpoints.length === 0 ? (
          <Empty />
        ) : view.checkpoint !== "" ? (
          <CheckpointPage {...props} study={study} />
        ) : (
          <>
            <h1>{summary(data)}</h1>
            {study !== null && <Headline {...props} study={study} />}
            {problem !== "" && <p class="lead caution">No line to compare with: {problem}.</p>}
            <div class="controls main-controls">
              <Choices {...props} />
              <Search {...props} />
            </div>
            <Scatter {...props} study={study} groups={groups} />
            {study !== null && <Robustness {...props} study={study} />}
            <Accuracies {...props} />
            <Compare {...props} />
            <Classes {...props} checkpoint={view.first} />
            <AgreementMatrix {...props} />
            <Reliability {...props} />
          </>
        )}
      </main>
      <Footer data={data} />
    </>
  );
}

/** What is shared by all parts: baseline, scale, group and prompts. */
function Choices({ data, view, change }: PageProps): JSX.Element {
  const prompts = [...new Set(data.results.map(({ templates }) => templates))].sort();
  return (
    <>
      <Select
        label="Baseline"
        value={view.baseline}
        choices={data.baselines.map(({ id }) => ({ value: id, label: id }))}
        onChange={(baseline) => change({ baseline })}
      />
      <Select
        label="Scale"
        value={view.scale}
        choices={FIT_SCALES.map((scale) => ({ value: scale, label: scale }))}
        onChange={(scale) => change({ scale })}
      />
      <Select
        label="Groups"
        value={view.group}
        choices={[
          { value: "", label: "none" },
          ...data.groupings.map(({ column }) => ({ value: column, label: column })),
        ]}
        onChange={(group) => change({ group })}
      />
      <Select
        label="Prompts"
        value={view.prompts}
        choices={prompts.map((one) => ({ value: one, label: one === "" ? "not known" : one }))}
        onChange={(value) => change({ prompts: value })}
      />
    </>
  );
}

/** What the page shows at first: the baseline asked for, the average where there is one, the prompts used most. */
function startView(data: ReportData): View {
  const counts = new Map<string, number>();
  for (const { templates } of data.results) counts.set(templates, (counts.get(templates) ?? 0) + 1);
  const usual = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0] ?? "";
  return {
    ...START,
    baseline: data.baselines[0]?.id ?? "",
    scale: data.scale,
    group: data.groupBy ?? "",
    benchmark: AVERAGE,
    prompts: usual,
    first: data.checkpoints[0] ?? "",
    second: data.checkpoints[1] ?? "",
  };
}

function summary(data: ReportData): string {
  const shifts = new Set(
    data.results.map(({ benchmark }) => benchmark).filter((id) => !isInDistribution(id, data.axes)),
  ).size;
  const checkpoints = data.checkpoints.length === 1 ? "One checkpoint" : `${data.checkpoints.length} checkpoints`;
  return `${checkpoints}, ${shifts === 1 ? "one distribution shift" : `${shifts} distribution shifts`}`;
}

/** Checkpoints whose name holds every word of the search, letter case aside. */
function search(data: ReportData, typed: string): ReadonlySet<string> {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return new Set(
    data.checkpoints.filter((name) => {
      const lower = name.toLowerCase();
      return words.every((word) => lower.includes(word));
    }),
  );
}

/** The address holds the view, so a link to an element would replace it. */
function skipToMain(): void {
  document.getElementById("main")?.focus();
}

async function start(): Promise<void> {
  const root = document.getElementById("app") as HTMLElement;
  const data = await readData();
  root.replaceChildren();
  render(<App data={data} />, root);
  document.documentElement.dataset.ready = "yes";
}

start();
