import type { Setting } from "./_measured.ts";

/** The line below a table with machine, versions and command. */
export function settingLine({ command, date, commit, machine, versions }: Setting): string {
  const { cpu, cores, memoryGB, platform, load } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `\`${command}\`  `,
    `${date}, commit ${commit}; ${cpu}, ${cores} cores, ${memoryGB} GB, ${platform}; load before the run ${load.toFixed(2)}; ${packages.join(", ")}.`,
  ].join("\n");
}
