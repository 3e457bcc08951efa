import { InputError } from "../../foundation/errors.ts";
import { shellLine, shellQuote } from "./shell-quote.ts";
import type { TaskSize } from "./task-size.ts";
import type { JobFile } from "./write-jobs.ts";

export interface SlurmPlan {
  /** command that starts the program: `shiftline`, or Node and the program's path */
  readonly program: readonly string[];
  /** the arguments of `evaluate`, without `--shard` */
  readonly evaluate: readonly string[];
  /** the arguments of `report` */
  readonly report: readonly string[];
  /** absolute path of the working directory for relative paths in the arguments */
  readonly cwd: string;
  readonly size: TaskSize;
  /** maximum number of concurrent tasks; default: all */
  readonly maxParallel?: number;
  readonly partition?: string;
  readonly account?: string;
  /** additional sbatch options for all jobs: `--qos=long` */
  readonly sbatch: readonly string[];
  /** shell commands to run first in every job: `module load nodejs` */
  readonly setup: readonly string[];
}

/** Seconds before the time limit when Slurm sends the signal: enough to finish a batch and flush. */
const SIGNAL_BEFORE = 120;
/** Maximum number of times a task is requeued at its time limit and after being killed, to avoid endless retries. */
const MAX_LIMITS = 50;
const MAX_KILLS = 3;

/**
 * Builds the scripts of a sweep: the array `embed.sh`, then `merge.sh` and `report.sh`, and `submit.sh`, which submits
 * them. Paths in `#SBATCH` lines are relative to the scripts' folder, where `submit.sh` runs sbatch, so they need no
 * quoting.
 *
 * @throws InputError for an sbatch option with a line break
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
        // The array's last task has the array's id as its job id, and must not requeue the whole array
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
  /** the command and its options, unquoted so that shell variables are expanded */
  readonly words: readonly string[];
  /** arguments to quote */
  readonly args: readonly string[];
  /** the job's id, for `scontrol requeue` */
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
# USR1 arrives before the time limit, TERM when the job is canceled or preempted. In both cases the program receives
# TERM: it finishes the current batch and keeps complete parts. At the time limit the job is requeued.
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
  echo "ended with status $status: requeued, to continue where it stopped" >&2
  scontrol requeue ${work.job}
fi
exit "$status"
`;
}

/** Disables `set -u` for the setup: environment modules and virtual environments read unset variables. */
function formatSetup(setup: readonly string[]): string {
  return setup.length === 0 ? "" : `set +u\n${setup.map((line) => `${line}\n`).join("")}set -u\n`;
}

function checkDirective(text: string): string {
  if (/^-/.test(text) && !/[\r\n]/.test(text)) return text;
  throw new InputError(`"${text}": not an sbatch option; expected an option such as --qos=long on one line`);
}

/** Formats minutes for Slurm: days-hours:minutes:seconds. */
function formatLimit(minutes: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}-${two(hours % 24)}:${two(minutes % 60)}:00`;
}

/**
 * The merge runs after the array even if tasks failed (`afterany`), and makes missing embeddings. The report runs only
 * after a successful merge.
 */
const SUBMIT = `#!/usr/bin/env bash
# Submits the array, then the merge and the report; writes their job ids to the file jobs.
set -euo pipefail
cd -- "$(dirname -- "\${BASH_SOURCE[0]}")"
if [[ -e jobs ]]; then
  echo "already submitted as $(tr '\\n' ' ' < jobs); remove $PWD/jobs to submit again" >&2
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
