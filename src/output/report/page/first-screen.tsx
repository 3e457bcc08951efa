import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { GroupComparison } from "../../../analysis/robustness/group-lines.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { AVERAGE } from "../../../analysis/robustness/study-axes.ts";
import { plural } from "../../../foundation/number-text.ts";
import { withoutBaseline } from "../report-study.ts";
import { type Answer, answerRobustness } from "./answer.ts";
import { answerGroups, groupFindings, shownFindings } from "./answer-groups.ts";
import { answerPair, betterFirst, pairOf, shownPairs } from "./answer-pair.ts";
import { AnswerView } from "./answer-view.tsx";
import { type PairRow, pairRows } from "./compare.tsx";
import { contextWords } from "./context-words.ts";
import { checkpointRows } from "./lead-rows.ts";
import { notesOf, type PageProps } from "./page-props.tsx";
import { viewPanel } from "./panel.ts";
import { Scatter } from "./scatter.tsx";
import { subjectsOf } from "./subjects.ts";
import { useView } from "./view-context.ts";
import { WhyGroups, WhyLead, WhyMany, WhyPair } from "./why.tsx";
import { LeadClasses } from "./why-classes.tsx";
import { countVerdicts } from "./why-rows.ts";

interface FirstScreenProps extends PageProps {
  readonly study: RobustnessStudy | null;
  /** why there is no study; "" if there is one */
  readonly problem: string;
  /** shift in the plot */
  readonly benchmark: string;
  readonly groups: { readonly comparisons: readonly GroupComparison[]; readonly problem: string };
}

/** Shows the question of the report, its answer, the plot and the reasons. */
export function FirstScreen(props: FirstScreenProps): JSX.Element {
  const { data, details, study, problem, groups, view, benchmark } = props;
  const drawn = useMemo(() => study ?? withoutBaseline(data), [study, data]);
  const panel = useMemo(
    () => viewPanel(data, drawn, groups.comparisons, view, benchmark),
    [data, drawn, groups, view, benchmark],
  );
  const subjects = useMemo(() => subjectsOf(data), [data]);
  const { pair, paired } = useMemo(() => comparedPair(data, details, subjects), [data, details, subjects]);
  const answer = useMemo(
    () =>
      pair !== undefined && (paired.length > 0 || details === null)
        ? answerPair(data, pair, paired, { study, problem }, view)
        : study === null
          ? withoutLine(subjects.length, problem)
          : answerStudy(data, study, view, benchmark),
    [data, details, study, view, benchmark, pair, paired, subjects, problem],
  );
  return (
    <div class="first-screen">
      <AnswerView answer={answer} />
      <Scatter {...props} panel={panel} />
      <aside class="why" aria-label="Why">
        <Why {...props} answer={answer} pair={pair} pairs={shownPairs(paired, data, view)} />
        {study !== null && <p class="why-context">{contextWords(data, study, view, benchmark).join(" · ")}</p>}
        <Remarks {...props} />
      </aside>
    </div>
  );
}

/** If the checkpoints are the line's models, their distances have no verdict, so the answer is about their groups. */
function answerStudy(data: PageProps["data"], study: RobustnessStudy, view: PageProps["view"], benchmark: string) {
  const groups = groupFindings(data, view);
  const isOwnLine =
    groups !== undefined && study.rows.every(({ verdict }) => verdict === "in-baseline" || verdict === "not-tested");
  return isOwnLine ? answerGroups(data, groups, view, benchmark) : answerRobustness(data, study, view, benchmark);
}

/** Compares two checkpoints on the images that both saw, the better first; no pair unless the page is about two. */
function comparedPair(
  data: PageProps["data"],
  details: PageProps["details"],
  subjects: readonly string[],
): { readonly pair: readonly [string, string] | undefined; readonly paired: readonly PairRow[] } {
  const pair = pairOf(data, subjects);
  if (pair === undefined) return { pair, paired: [] };
  const rows = ([first, second]: readonly [string, string]) =>
    pairRows(data, details, data.checkpoints.indexOf(first), data.checkpoints.indexOf(second));
  const paired = rows(pair);
  if (betterFirst(paired)) return { pair, paired };
  const turned = [pair[1], pair[0]] as const;
  return { pair: turned, paired: rows(turned) };
}

function withoutLine(checkpoints: number, problem: string): Answer {
  return {
    question: [`How robust ${checkpoints === 1 ? "is this checkpoint" : `are these ${checkpoints} checkpoints`}?`],
    sentences: [[{ strong: "Open", tone: "" }, `: no line to compare with: ${problem}.`]],
    lead: undefined,
  };
}

function Why(
  props: FirstScreenProps & {
    readonly answer: Answer;
    readonly pair: readonly [string, string] | undefined;
    readonly pairs: ReturnType<typeof shownPairs>;
  },
): JSX.Element | null {
  const { data, study, view, answer, benchmark, pair, pairs } = props;
  if (pair !== undefined && pairs.length > 0) return <WhyPair {...props} pair={pair} rows={pairs} />;
  if (study === null) return null;
  const findings = groupFindings(data, view);
  if (answer.lead === undefined && findings !== undefined) {
    return <WhyGroups data={data} rows={shownFindings(data, view, findings)} benchmark={benchmark} />;
  }
  const subjects = subjectsOf(data);
  const rows = answer.lead === undefined ? [] : checkpointRows(study, view, answer.lead.checkpoint);
  if (subjects.length === 1) return rows.length === 0 ? null : <WhyLead {...props} rows={rows} />;
  const counts = countVerdicts(study, view, new Set(subjects), data.axes);
  if (counts.every(({ above, within, below }) => above + within + below === 0)) {
    return rows.length === 0 ? null : <WhyLead {...props} rows={rows} />;
  }
  return (
    <WhyMany data={data} counts={counts} benchmark={benchmark}>
      <LeadClasses {...props} rows={rows.filter(({ benchmark: id }) => id !== AVERAGE)} />
    </WhyMany>
  );
}

/** Links to the warnings and notes. */
function Remarks({ data, details }: PageProps): JSX.Element | null {
  const { address } = useView();
  const warnings = new Set(
    [...data.warnings, ...notesOf({ data, details }).filter(({ severity }) => severity === "warning")].map(
      ({ text }) => text,
    ),
  ).size;
  const all = notesOf({ data, details });
  const notes = all.filter(({ severity }) => severity === "note").length;
  if (warnings + notes === 0) return null;
  const parts = [...(warnings > 0 ? [plural(warnings, "warning")] : []), ...(notes > 0 ? [plural(notes, "note")] : [])];
  return (
    <p class={warnings > 0 ? "why-remarks caution" : "why-remarks"}>
      <a href={address({ tab: "runs" })}>{parts.join(" and ")}</a> about these results
    </p>
  );
}
