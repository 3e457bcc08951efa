import { type JSX, render } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { AVERAGE } from "../../../analysis/robustness/study-axes.ts";
import { cutMiddle } from "../../tables/name-text.ts";
import { inShiftOrder } from "../../tables/shift-order.ts";
import { shortenNames } from "../../tables/shorten-names.ts";
import type { ReportData, ReportImages } from "../report-data.ts";
import { groupReport, studyReport, withoutBaseline } from "../report-study.ts";
import { Accuracies } from "./accuracies.tsx";
import { AgreementMatrix } from "./agreement.tsx";
import "./app.css";
import "./first-screen.css";
import "./images.css";
import "./print.css";
import { CheckpointPage } from "./checkpoint-page.tsx";
import { Classes } from "./classes.tsx";
import { Compare } from "./compare.tsx";
import { usualPrompts } from "./context-words.ts";
import { type OpenDetails, readData, readDetails, readImages } from "./decode.ts";
import { FirstScreen } from "./first-screen.tsx";
import { Empty, Footer, ThemeChoice } from "./frame.tsx";
import { GroupLines } from "./group-lines.tsx";
import { ImageBrowser } from "./image-browser.tsx";
import { Live } from "./live.tsx";
import { openForPrint } from "./open-for-print.ts";
import type { PageProps } from "./page-props.tsx";
import { plotChoices } from "./panel.ts";
import { Reliability } from "./reliability.tsx";
import { Robustness } from "./robustness.tsx";
import { findCheckpoints, pinnedSubjects, subjectsOf } from "./subjects.ts";
import { Tabs, tabsOf } from "./tabs.tsx";
import { themeStyles } from "./theme.ts";
import { formatView, parseView, START, type View } from "./view.ts";
import { ViewContext, type ViewTools } from "./view-context.ts";

/** Maximum length of a name in tables and sentences. */
const LONGEST_NAME = 48;

function App({ data, images }: Pick<PageProps, "data" | "images">): JSX.Element {
  const start = useMemo(() => startView(data, images), [data, images]);
  const [view, setView] = useState(() => parseView(location.hash, start));
  const [details, setDetails] = useState<OpenDetails | null>(null);
  useEffect(() => {
    readDetails().then((read) => setDetails({ ...read, sets: inShiftOrder(read.sets, () => "", data.axes) }));
    const follow = () => setView(parseView(location.hash, start));
    window.addEventListener("hashchange", follow);
    window.addEventListener("popstate", follow);
    return () => {
      window.removeEventListener("hashchange", follow);
      window.removeEventListener("popstate", follow);
    };
  }, [start, data]);
  useEffect(openForPrint, []);
  // Another page starts at its top
  const page = `${view.tab} ${view.checkpoint}`;
  const shownPage = useRef(page);
  useEffect(() => {
    if (shownPage.current !== page) window.scrollTo(0, 0);
    shownPage.current = page;
  }, [page]);
  const change = useCallback(
    (part: Partial<View>) =>
      setView((old) => {
        const next = { ...old, ...part };
        const address = formatView(next, start);
        // The browser's back button returns to the previous page, but does not undo choices on a page
        if (next.checkpoint !== old.checkpoint || next.tab !== old.tab) history.pushState(null, "", address);
        else history.replaceState(null, "", address);
        return next;
      }),
    [start],
  );
  const shorts = useMemo(() => shortenNames(data.checkpoints, LONGEST_NAME), [data]);
  const tools = useMemo<ViewTools>(() => {
    const found = findCheckpoints(data, view.search);
    return {
      view,
      change,
      address: (part) => formatView({ ...view, ...part }, start),
      short: (name) => shorts.get(name) ?? cutMiddle(name, LONGEST_NAME),
      pinned: new Set([...pinnedSubjects(data), ...found]),
      found,
    };
  }, [data, view, change, start, shorts]);
  const tabs = useMemo(() => tabsOf(data, details, images), [data, details, images]);
  const tab = tabs.some(({ id }) => id === view.tab) ? view.tab : "";
  const isPage = data.checkpoints.length > 0;
  return (
    <ViewContext.Provider value={tools}>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the content
      </button>
      <header class="top">
        <div class="top-line">
          <p class="brand">
            <a href={location.href.replace(/#.*/s, "")} onClick={toStart}>
              <bdi>{data.title}</bdi>
            </a>
          </p>
          {isPage && <Tabs tabs={tabs} current={view.checkpoint === "" ? tab : null} />}
          <ThemeChoice />
        </div>
        <Live data={data} />
      </header>
      <main id="main" tabIndex={-1}>
        {isPage ? (
          <Page data={data} details={details} images={images} view={view} change={change} tab={tab} />
        ) : (
          <Empty />
        )}
      </main>
      <Footer data={data} />
    </ViewContext.Provider>
  );
}

/** Shows the tab or the checkpoint's page that the address names. */
function Page(props: PageProps & { readonly tab: string }): JSX.Element {
  const { data, view, tab } = props;
  const { study, problem } = useMemo(
    () => studyReport(data, view.baseline, view.scale),
    [data, view.baseline, view.scale],
  );
  const groups = useMemo(() => groupReport(data, study, view.group, view.scale), [data, study, view.group, view.scale]);
  if (view.checkpoint !== "") return <CheckpointPage {...props} study={study} />;
  switch (tab) {
    case "compare":
      return (
        <>
          <h1 class="tab-title">
            <bdi>{view.first}</bdi> and <bdi>{view.second}</bdi>
          </h1>
          <Compare {...props} />
        </>
      );
    case "classes":
      return (
        <>
          <h1 class="tab-title alone">
            Classes of <bdi>{view.first}</bdi>
          </h1>
          <Classes {...props} checkpoint={view.first} />
        </>
      );
    case "images":
      return (
        <>
          <h1 class="tab-title">
            Images: A <bdi>{view.first}</bdi>, B <bdi>{view.second}</bdi>
          </h1>
          <ImageBrowser {...props} />
        </>
      );
    case "agreement":
      return (
        <>
          <h1 class="tab-title alone">Agreement of {data.checkpoints.length} checkpoints</h1>
          <AgreementMatrix {...props} />
        </>
      );
    case "runs":
      return (
        <>
          <h1 class="tab-title alone">Runs and notes</h1>
          <Reliability {...props} />
        </>
      );
    default:
      return <Overview {...props} study={study} problem={problem} groups={groups} />;
  }
}

/** Shows the first screen and the tables that it is based on. */
function Overview(
  props: PageProps & ReturnType<typeof studyReport> & { readonly groups: ReturnType<typeof groupReport> },
): JSX.Element {
  const { data, study, view } = props;
  const choices = useMemo(() => plotChoices(data, study ?? withoutBaseline(data)), [data, study]);
  const isThere = choices.some((choice) => choice.benchmark === view.benchmark);
  const benchmark = isThere ? view.benchmark : (choices[0]?.benchmark ?? "");
  return (
    <>
      <FirstScreen {...props} benchmark={benchmark} />
      <GroupLines {...props} />
      {study !== null && <Robustness {...props} study={study} benchmark={benchmark} />}
      <Accuracies {...props} />
    </>
  );
}

/**
 * Returns the initial view: the chosen baseline with its prompts, the average if there is one, and two checkpoints
 * whose single images are in the page.
 */
function startView(data: ReportData, images: ReportImages): View {
  const baseline = data.baselines[0]?.id ?? "";
  const usual = [...subjectsOf(data), ...data.checkpoints];
  const chosen = new Set(images.checkpoints.map((checkpoint) => data.checkpoints[checkpoint]));
  const [first, second] = new Set([...usual.filter((name) => chosen.has(name)), ...usual]);
  return {
    ...START,
    baseline,
    scale: data.scale,
    group: data.groupBy ?? "",
    x: data.x ?? "",
    benchmark: AVERAGE,
    prompts: usualPrompts(data, baseline),
    first: first ?? "",
    second: second ?? "",
  };
}

/** Returns to the initial view without reloading the page. */
function toStart(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // opens in a new tab or window
  event.preventDefault();
  location.hash = "";
}

/** The address holds the view, so a link to an element would replace it. */
function skipToMain(): void {
  document.getElementById("main")?.focus();
}

async function start(): Promise<void> {
  const root = document.getElementById("app") as HTMLElement;
  const [data, images] = await Promise.all([readData(), readImages()]);
  const style = document.createElement("style");
  style.textContent = themeStyles();
  document.head.append(style);
  root.replaceChildren();
  render(<App data={data} images={images} />, root);
  document.documentElement.dataset.ready = "yes";
}

start();
