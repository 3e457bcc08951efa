// The decisions in words, question by question: a list for ../README.md.
import { SOURCE_TITLES } from "./figures.mjs";

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;

/** "A", "A and B", "A, B and C" */
function list(items) {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** The conclusion of an analysis's decisions for a set. */
export function groupVerdict(decisions, pairs, level) {
  const isShown = (test) => decisions.find((row) => row.test === test).pHolm < level;
  const largest = pairs.reduce((best, row) => (Math.abs(row.estimate) > Math.abs(best.estimate) ? row : best));
  if (isShown("slopes")) return { verdict: "slopes differ", largest };
  if (isShown("heights")) return { verdict: "heights differ", largest };
  if (isShown("one line")) return { verdict: "one line", largest };
  const atMost = Math.max(...pairs.map(({ equivalence }) => equivalence.atMost));
  return { verdict: `open: up to ${atMost.toFixed(2)} apart`, largest, atMost };
}

export function mixtureVerdict(decisions, level) {
  const isShown = (test) => decisions.find((row) => row.test === test).pHolm < level;
  if (isShown("lack of fit")) return "not in a straight line";
  return isShown("dilution") ? "dilution" : "open";
}

/** "Noto − Twemoji" for an effect's name. */
export function pairTitle(effect) {
  return effect
    .split(" − ")
    .map((source) => SOURCE_TITLES[source])
    .join(" − ");
}

/** @returns {string} a Markdown list, one item per question */
export function summarize(plan, title, { decisions, effects }) {
  const items = plan.hypotheses.map((hypothesis) => {
    const { id, analysis, benchmarks } = hypothesis;
    const of = (rows, benchmark) => rows.filter((row) => row.hypothesis === id && row.benchmark === benchmark);
    const about = benchmarks.map((benchmark) => ({
      benchmark,
      name: title(benchmark),
      decisions: of(decisions, benchmark).filter(({ kind }) => kind === "decision"),
      effects: of(effects, benchmark),
    }));
    return `- **${id}.** ${hypothesis.question} ${SENTENCES[analysis](about, hypothesis, plan)}`;
  });
  return items.join("\n");
}

const SENTENCES = {
  groups(about, _, { level, margin }) {
    const found = about.map((set) => ({ ...set, ...groupVerdict(set.decisions, set.effects, level) }));
    const named = (verdict, text) =>
      found
        .filter((set) => set.verdict === verdict)
        .map(({ name, largest }) => text(name, `${pairTitle(largest.effect)} ${signed(largest.estimate)}`));
    const parts = [
      ["Slopes differ on", named("slopes differ", (name) => name)],
      ["Heights differ on", named("heights differ", (name, largest) => `${name} (largest: ${largest})`)],
      [`One line, within ±${margin}, is shown on`, named("one line", (name) => name)],
      [
        "Nothing is shown on",
        found
          .filter(({ atMost }) => atMost !== undefined)
          .map(({ name, atMost }) => `${name} (up to ${atMost.toFixed(2)} apart)`),
      ],
    ];
    return sentences(parts);
  },
  mixture(about, _, { level }) {
    const effect = ({ name, effects }) => `${name} (${signed(effects[0].estimate)} from no Noto to all)`;
    const found = about.map((set) => ({ ...set, verdict: mixtureVerdict(set.decisions, level) }));
    const named = (verdict, text) => found.filter((set) => set.verdict === verdict).map(text);
    return sentences([
      ["It does on", named("dilution", effect)],
      ["Heights depend on the share, but in no straight line, on", named("not in a straight line", ({ name }) => name)],
      ["Nothing is shown on", named("open", ({ name }) => name)],
    ]);
  },
  scaling(about, { columns }, { level }) {
    const parts = columns.flatMap((column) => {
      const rows = about.map(({ name, decisions, effects }) => ({
        name,
        isShown: decisions.find(({ test }) => test === `log2 ${column}`).pHolm < level,
        estimate: effects.find(({ effect }) => effect === `log2 ${column}`).estimate,
      }));
      return [
        [
          `Twice the ${column}: an effect is shown on`,
          rows.filter(({ isShown }) => isShown).map(({ name, estimate }) => `${name} (${signed(estimate)})`),
        ],
        [`Twice the ${column}: nothing is shown on`, rows.filter(({ isShown }) => !isShown).map(({ name }) => name)],
      ];
    });
    return sentences(parts);
  },
};

function sentences(parts) {
  return parts
    .filter(([, items]) => items.length > 0)
    .map(([start, items]) => `${start} ${list(items)}.`)
    .join(" ");
}
