import { InputError } from "../../foundation/errors.ts";
import { shellLine, shellQuote } from "./shell-quote.ts";
import type { TaskSize } from "./task-size.ts";
import type { JobFile } from "./write-jobs.ts";

export interface SlurmPlan {
  /** what starts the program: `shiftline`, or Node and the program's path */
  readonly program: readonly string[];
  /** the arguments of `evaluate`, without `--shard` */
  readonly evaluate: readonly string[];
  /** the arguments of `report` */
  readonly report: readonly string[];
  /** the folder that paths in the arguments start from, absolute */
  readonly cwd: string;
  readonly size: TaskSize;
  /** most tasks at once; all where absent */
  readonly maxParallel?: number;
  readonly partition?: string;
  readonly account?: string;
  /** more options of sbatch, for all jobs: `--qos=long` */
  readonly sbatch: readonly string[];
  /** shell commands run first in every job: `module load nodejs` */
  readonly setup: readonly string[];
}

/** Seconds before the time limit at which Slurm sends the signal: enough to finish a batch and flush. */
const SIGNAL_BEFORE = 120;
/** Times a task is queued again at its time limit, and after it was killed: a mistake must not go round for ever. */
const MAX_LIMITS = 50;
const MAX_KILLS = 3;

/**
 * The scripts of a sweep: the array `embed.sh`, `merge.sh` after it, `report.sh` after that, and `submit.sh`, which submits
 * them. Paths in `#SBATCH` lines are relative to the scripts' folder, where `submit.sh` submits them, so none needs quoting.
 *
 * @throws InputError for an sbatch option that would not stay one line
 */
export function slurmScripts(plan: SlurmPlan): JobFile[] {
  const { size, maxParallel } = plan;
  const array = `0-${size.shards - 1}${maxParallel === undefined ? "" : `%${maxParallel}`}`;
  const evaluate = ["evaluate", "--threads=$SLURM_CPUS_PER_TASK"];
  return [
    {
      name: "embed.sh",
      content: script(plan, "embed", [`--array=${array}`], "embed-%A_%a.log", {
        words: [...evaluate, `--shard=$SLURM_ARRAY_TASK_ID/${size.shards}`],
        args: plan.evaluate,
        // The array's last task has the whole array's number as its job's: it must not queue them all again
        job: `"\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"`,
      }),
    },
    {
      name: "merge.sh",
      content: script(plan, "merge", [], "merge-%j.log", {
        words: evaluate,
        args: plan.evaluate,
        job: '"$SLURM_JOB_ID"',
      }),
    },
    {
      name: "report.sh",
      content: script(plan, "report", [], "report-%j.log", {
        words: ["report"],
        args: plan.report,
        job: '"$SLURM_JOB_ID"',
      }),
    },
    { name: "submit.sh", content: SUBMIT },
  ];
}

interface Work {
  /** the command and its options, in which the shell's variables stand for themselves */
  readonly words: readonly string[];
  /** arguments to be quoted */
  readonly args: readonly string[];
  /** the job's own number, for `scontrol requeue` */
  readonly job: string;
}

function script(plan: SlurmPlan, name: string, jobDirectives: readonly string[], log: string, work: Work): string {
  const { size, partition, account, sbatch, setup, cwd, program } = plan;
  const directives = [
    `--job-name=shiftline-${name}`,
    ...jobDirectives,
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    "--nodes=1",
    "--ntasks=1",
    `--cpus-per-task=${size.cpus}`,
    `--mem=${size.memory}M`,
    `--time=${formatLimit(size.minutes)}`,
    "--requeue",
    `--signal=B:USR1@${SIGNAL_BEFORE}`,
    "--open-mode=append",
    `--output=logs/${log}`,
    ...sbatch,
  ];
  const [verb, ...options] = work.words;
  const command = [shellLine(program), verb, ...options.map((word) => `"${word}"`), shellLine(work.args)].join(" ");
  return `#!/usr/bin/env bash
${directives.map((directive) => `#SBATCH ${checkDirective(directive)}`).join("\n")}
set -euo pipefail

cd -- ${shellQuote(cwd)}
${formatSetup(setup)}
# USR1 comes before the time limit, TERM when the job is cancelled or preempted. The program is told with TERM both
# times: it finishes the batch at work, and every whole part stays. At the time limit the job is queued again.
limit=false
child=
tell() { if [[ -n $child ]]; then kill -TERM "$child" 2> /dev/null || true; fi; }
trap 'limit=true; tell' USR1
trap 'tell' TERM INT

${command} &
child=$!
if $limit; then tell; fi
while :; do
  status=0
  wait "$child" || status=$?
  kill -0 "$child" 2> /dev/null || break # a signal ends the waiting, not the program
done

restarts=\${SLURM_RESTART_COUNT:-0}
if { $limit && ((status == 143 && restarts < ${MAX_LIMITS})); } || ((status == 137 && restarts < ${MAX_KILLS})); then
  echo "ended with status $status: queued again, to go on where it stopped" >&2
  scontrol requeue ${work.job}
fi
exit "$status"
`;
}

/** Environment modules and virtual environments read variables that are not set: not under `set -u`. */
function formatSetup(setup: readonly string[]): string {
  return setup.length === 0 ? "" : `set +u\n${setup.map((line) => `${line}\n`).join("")}set -u\n`;
}

function checkDirective(text: string): string {
  if (/^-/.test(text) && !/[\r\n]/.test(text)) return text;
  throw new InputError(`"${text}": not an option of sbatch; expected one such as --qos=long, on one line`);
}

/** Minutes as Slurm writes them: days-hours:minutes:seconds. */
function formatLimit(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}-${two(hours % 24)}:${two(minutes % 60)}:00`;
}

/**
 * The merge comes after the array however its tasks ended (`afterany`): it makes what they did not. The report comes only after
 * a merge that ended well.
 */
const SUBMIT = `#!/usr/bin/env bash
# Submits the array, the merge after it and the report after that; writes their numbers to the file jobs.
set -euo pipefail
cd -- "$(dirname -- "\${BASH_SOURCE[0]}")"
if [[ -e jobs ]]; then
  echo "submitted before, as $(tr '\\n' ' ' < jobs); remove $PWD/jobs to submit again" >&2
  exit 1
fi
mkdir -p logs
submit() {
  local name=$1 id
  shift
  id=$(sbatch --parsable "$@" "$name.sh") || return 1
  id=\${id%%;*}
  echo "$name $id" >> jobs
  echo "$id"
}
embed=$(submit embed)
merge=$(submit merge --dependency="afterany:$embed")
report=$(submit report --dependency="afterok:$merge" --kill-on-invalid-dep=yes)
echo "submitted: embed $embed, merge $merge, report $report"
`;
