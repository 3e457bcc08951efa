import type { DecidedGroups, GroupDecisions } from "../../analysis/robustness/group-decisions.ts";
import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import { verdictWords } from "../tables/group-table.ts";
import type { GroupFindings } from "./report-data.ts";

/** Converts the decisions about the groups' lines to the page's findings. */
export function describeGroups(
  comparisons: readonly GroupComparison[],
  { decisions, family }: DecidedGroups,
  column: string,
): GroupFindings {
  return {
    column,
    family,
    rows: comparisons.map((comparison, i) => {
      const decision = decisions[i] as GroupDecisions;
      const { benchmark, protocol, templates, idSide, piece } = comparison;
      const { heading, tests } = verdictWords(comparison, decision);
      const { verdict, noise } = decision;
      return { benchmark, protocol, templates, idSide, rule: piece.words, verdict, heading, tests, noise };
    }),
  };
}
