import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ReportData, ReportImages } from "../report-data.ts";
import type { PageProps } from "./page-props.tsx";
import { useView } from "./view-context.ts";

export interface Tab {
  /** id in the address; "" for the overview */
  readonly id: string;
  readonly title: string;
}

/** Lists the tabs that have data. Data that is not unpacked yet is assumed to exist. */
export function tabsOf(data: ReportData, details: PageProps["details"], images: ReportImages): Tab[] {
  const isSeveral = data.checkpoints.length > 1;
  const hasSets = details === null || details.sets.length > 0;
  const hasImages = images.sets.length + images.cuts.length > 0;
  const hasPairs =
    details === null || details.sets.some(({ both, checkpoints }) => both !== null && checkpoints.length > 1);
  return [
    { id: "", title: "Overview" },
    ...(isSeveral && hasPairs ? [{ id: "compare", title: "Compare" }] : []),
    ...(hasImages ? [{ id: "images", title: "Images" }] : []),
    ...(hasSets ? [{ id: "classes", title: "Classes" }] : []),
    ...(isSeveral && hasPairs ? [{ id: "agreement", title: "Agreement" }] : []),
    { id: "runs", title: "Runs and notes" },
  ];
}

/** Links to the tabs. */
export function Tabs({
  tabs,
  current,
}: {
  readonly tabs: readonly Tab[];
  readonly current: string | null;
}): JSX.Element {
  const { address } = useView();
  const nav = useRef<HTMLElement>(null);
  // On a phone the row of tabs scrolls
  useEffect(() => {
    const shown = nav.current?.querySelector(`[aria-current="page"]`);
    if (shown != null && current !== "") shown.scrollIntoView({ inline: "nearest", block: "nearest" });
  }, [current]);
  return (
    <nav ref={nav} class="tabs" aria-label="Parts of the report">
      {tabs.map(({ id, title }) => (
        <a key={id} href={address({ tab: id, checkpoint: "" })} aria-current={id === current ? "page" : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
