/**
 * The power of the plan of EmojiShift's full study (examples/emojishift/study/plan.json): of the calibrated test of dilution and
 * of equivalence, with the library's tests, on studies simulated from the 28 committed checkpoints.
 *
 *   npm run bench -- power [REPETITIONS] [--seeds 1,3,5] [--write]
 *
 * 200 repetitions by default, 399 replicates in each test. Prints a Markdown table; --write stores it as
 * examples/emojishift/study/power.csv. Seeded: the same numbers on every machine.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./_child.ts";
import { readPilot } from "./_emoji-pilot.ts";
import { type StudyPower, studyPower } from "./_study-power.ts";

/** Dilution to detect: change in logit from no share to a full share. */
const EFFECT = 0.3;
const REPLICATES = 399;
const SEED = 20261127;
/** Number of decisions for Holm's first step. */
const DECISIONS = 10;
/**
 * As in the study's analysis, the units are means of the seeds with the same source, samples and steps. The scenarios: the share
 * of the scatter's variance that seeds have in common (none, because each has separate pictures; half, if linear effects of
 * samples and steps do not fit), and what a repetition of the study would redraw.
 */
const ASSUMPTIONS = [
  { cellShare: 0, units: "pictures" },
  { cellShare: 0.5, units: "pictures" },
  { cellShare: 0.5, units: "drawings" },
] as const;
const PICTURES = { referencePictures: 2560, shiftPictures: 1280, drawings: 160 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean", default: false }, seeds: { type: "string", default: "1,2,3,4,5" } },
});
const repetitions = Number(positionals[0] ?? 200);
const folder = join(ROOT, "examples", "emojishift", "study");
const plan = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
const pilot = await readPilot(plan.idBenchmark, plan.shifts);

const sources = Object.fromEntries(plan.sources.map((name: string) => [name, shareOfEmojiOne(name)]));
const decisions = { level: plan.level, firstStepLevel: plan.level / DECISIONS, margin: plan.margin };
const rows: Record<string, string | number>[] = [];
for (const shift of pilot.shifts) {
  for (const assumption of ASSUMPTIONS) {
    for (const seeds of values.seeds.split(",").map(Number)) {
      const design = {
        sources,
        samples: plan.samples,
        steps: plan.steps,
        seeds,
        ...PICTURES,
        ...assumption,
        point: "cell" as const,
      };
      const power = studyPower(pilot, shift, design, EFFECT, decisions, {
        repetitions,
        replicates: REPLICATES,
        seed: SEED,
      });
      rows.push({
        shift: shift.id,
        scatter: shift.scatterSd.toFixed(3),
        cell_share: assumption.cellShare,
        units: assumption.units,
        seeds,
        ...texts(power),
      });
      console.error(Object.values(rows.at(-1) ?? {}).join(" "));
    }
  }
}
const columns = Object.keys(rows[0] ?? {});
const lines = [columns, columns.map(() => "---"), ...rows.map((row) => columns.map((name) => String(row[name])))];
console.log(lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n"));
if (values.write) {
  const csv = [columns, ...rows.map((row) => columns.map((name) => row[name]))].map((cells) => cells.join(","));
  writeFileSync(join(folder, "power.csv"), `${csv.join("\n")}\n`);
}

/** EmojiOne's share of a source that mixes Noto and EmojiOne; null: not in a mixture. */
function shareOfEmojiOne(source: string): number | null {
  const mixed = /^noto(\d+)-emojione(\d+)$/.exec(source);
  if (mixed !== null) return Number(mixed[2]) / 100;
  return source === "noto" ? 0 : source === "emojione" ? 1 : null;
}

function texts({ se, typeOne, power, pairEquivalent, allEquivalent }: StudyPower) {
  return {
    se: se.toFixed(3),
    type_one: typeOne.toFixed(3),
    power: power.toFixed(3),
    pair_equivalent: pairEquivalent.toFixed(3),
    all_equivalent: allEquivalent.toFixed(3),
    repetitions,
  };
}
