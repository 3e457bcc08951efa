import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** A Slurm cluster of one node, this machine, with all files in a temporary folder and separate ports. */
export interface SlurmCluster {
  /** what a client of this cluster needs in its environment */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a Slurm command. @returns its standard output */
  run(command: string, ...args: string[]): Promise<string>;
  /** The ids of this cluster's running processes whose environment has all these variables and whose command line matches. */
  processes(environment: Readonly<Record<string, string>>, command: RegExp): number[];
  /** Cancels all jobs, ends every daemon and process of the cluster, and removes the folder. */
  stop(): Promise<void>;
}

const PROGRAMS = ["slurmctld", "slurmd", "sbatch", "scontrol", "scancel", "sinfo", "squeue", "munged"];

/** Why no cluster can be started here; null where one can. */
export function whyNoSlurm(): string | null {
  if (process.getuid?.() !== 0) return "a cluster of one node is started as root";
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  const missing = PROGRAMS.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  if (missing.length === 0) return null;
  return `${missing.join(", ")} not found; on Debian: apt-get install --no-install-recommends slurmctld slurmd slurm-client munge`;
}

/** Starts the cluster, and waits until its node takes jobs. */
export async function startSlurm(cpus: number): Promise<SlurmCluster> {
  const folder = mkdtempSync(join(tmpdir(), "shiftline-slurm-"));
  chmodSync(folder, 0o755); // munge requires a folder that its clients can search
  const at = (name: string) => join(folder, name);
  for (const name of ["state", "spool"]) mkdirSync(at(name));
  writeFileSync(at("munge.key"), randomBytes(128), { mode: 0o400 });
  const [controlPort, nodePort] = [await freePort(), await freePort()];
  writeFileSync(at("slurm.conf"), configuration(at, controlPort, nodePort, cpus));
  const env = { ...process.env, SLURM_CONF: at("slurm.conf") } as Record<string, string>;
  const daemons: ChildProcess[] = [];
  const start = (program: string, ...args: string[]) =>
    daemons.push(spawn(program, args, { env: { ...env, PATH: `${env.PATH}:/usr/sbin` }, stdio: "ignore" }));
  const run = async (command: string, ...args: string[]) =>
    (await promisify(execFile)(command, args, { env, encoding: "utf8" })).stdout;
  const processes = (environment: Readonly<Record<string, string>>, command: RegExp) =>
    findProcesses({ SLURM_CONF: at("slurm.conf"), ...environment }, command);
  const stop = async () => {
    await run("scancel", "--full", "--signal=KILL", "--user=root").catch(() => {});
    await run("scancel", "--user=root").catch(() => {});
    for (const daemon of [...daemons].reverse()) daemon.kill("SIGTERM");
    await Promise.race([Promise.all(daemons.map(ended)), sleep(10_000)]);
    // Remaining processes have this cluster's configuration in their environment: step daemons, jobs, a daemon that hangs
    for (const pid of processes({}, /./)) if (pid !== process.pid) kill(pid);
    for (const daemon of daemons) daemon.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const munge = [
      "key-file=munge.key",
      "socket=munge.socket",
      "pid-file=munge.pid",
      "log-file=munge.log",
      "seed-file=munge.seed",
    ];
    start("munged", "--foreground", "--force", ...munge.map((option) => `--${option.replace("=", `=${folder}/`)}`));
    await waitFor("munge's socket", () => existsSync(at("munge.socket")));
    start("slurmctld", "-D");
    start("slurmd", "-D", "-N", hostname());
    await waitFor("an idle node", async () =>
      /idle/.test(await run("sinfo", "--noheader", "--format=%T").catch(() => "")),
    );
  } catch (cause) {
    const logs = ["munge.log", "slurmctld.log", "slurmd.log"].filter((name) => existsSync(at(name)));
    const said = logs.map((name) => `${name}:\n${readFileSync(at(name), "utf8").slice(-2000)}`).join("\n");
    await stop();
    throw new Error(`the cluster did not start: ${(cause as Error).message}\n${said}`, { cause });
  }
  return { env, run, processes, stop };
}

/** No cgroups, nothing below /var, and a requeued task that waits seconds (`cred_expire`) rather than two minutes. */
function configuration(at: (name: string) => string, controlPort: number, nodePort: number, cpus: number): string {
  return `ClusterName=shiftline
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${at("munge.socket")},cred_expire=5
CredType=cred/munge
SlurmctldPort=${controlPort}
SlurmdPort=${nodePort}
StateSaveLocation=${at("state")}
SlurmdSpoolDir=${at("spool")}
SlurmctldPidFile=${at("slurmctld.pid")}
SlurmdPidFile=${at("slurmd.pid")}
SlurmctldLogFile=${at("slurmctld.log")}
SlurmdLogFile=${at("slurmd.log")}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,batch_sched_delay=0,sched_min_interval=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MinJobAge=3600
NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=${cpus} RealMemory=8192 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Polls until the condition is true. @throws Error after the given seconds */
export async function waitFor(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  seconds = 60,
  every = 200,
): Promise<void> {
  const until = Date.now() + seconds * 1000;
  while (!(await isSo())) {
    if (Date.now() > until) throw new Error(`no ${what} within ${seconds} s`);
    await sleep(every);
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once("exit", () => done()));
}

function findProcesses(environment: Readonly<Record<string, string>>, command: RegExp): number[] {
  const wanted = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const has = new Set(readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"));
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        return wanted.every((variable) => has.has(variable)) && command.test(line);
      } catch {
        return false; // it has ended in the meantime
      }
    })
    .map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended in the meantime
  }
}
