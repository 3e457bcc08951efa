import { markdownTable, type Row, spreadOf } from "./_markdown.ts";
import type { Setting } from "./_measured.ts";
import { coreSeconds, type TimedCpu } from "./_rates.ts";
import { settingLine } from "./_setting-line.ts";

/** One round of `sweep`: seconds of whole commands, and the two loops that determine their minimum. */
export interface SweepRound {
  readonly bare: TimedCpu;
  readonly decode: TimedCpu;
  /** one command for `few` checkpoints */
  readonly one: number;
  /** as many commands, one after the other */
  readonly each: number;
  /** one command for `many` checkpoints */
  readonly many: number;
}

export interface SweepMeasured extends Setting {
  readonly model: string;
  readonly photos: string;
  readonly images: number;
  readonly few: number;
  readonly many: number;
  readonly rounds: readonly SweepRound[];
}

type Measure = (round: SweepRound) => number;

/**
 * The table of a sweep: seconds, and their ratios to the single command above, as medians with minimum and maximum over the
 * rounds.
 */
export function sweepTable(measured: SweepMeasured): string {
  const { rounds, few, many, images, machine } = measured;
  const row = (what: string, value: Measure, over: Measure | null): Row => [
    what,
    spreadOf(rounds.map(value)),
    over === null ? "" : spreadOf(rounds.map((round) => value(round) / over(round))),
  ];
  const least = (checkpoints: number, passes: number): Measure => {
    return ({ bare, decode }) =>
      (images * (checkpoints * coreSeconds(bare) + passes * coreSeconds(decode))) / machine.cores;
  };
  const [one, large]: Measure[] = [({ one }) => one, ({ many }) => many];
  const rows = [
    row(`**one command, ${few} checkpoints**, process start to end`, one as Measure, null),
    row(`${few} commands, one checkpoint each`, ({ each }) => each, one as Measure),
    row(`minimum: inference of ${few}, decoding once`, least(few, 1), one as Measure),
    row(`**one command, ${many} checkpoints**`, large as Measure, null),
    row(`minimum: inference of ${many}, decoding once`, least(many, 1), large as Measure),
    row(`the same, decoding ${many} times`, least(many, many), large as Measure),
  ];
  const milliseconds = (pick: (round: SweepRound) => TimedCpu) =>
    spreadOf(rounds.map((round) => 1000 * coreSeconds(pick(round))));
  return [
    markdownTable(["what", "seconds", "÷ the one command"], rows),
    "",
    `- Copies of ${measured.model} with different fingerprints, ${images} images (${measured.photos} repeated by links), ${rounds.length} ${rounds.length === 1 ? "round" : "rounds"}. ` +
      `Core-milliseconds per image: inference ${milliseconds(({ bare }) => bare)}, decoding ${milliseconds(({ decode }) => decode)}.`,
    "",
    settingLine(measured),
  ].join("\n");
}
