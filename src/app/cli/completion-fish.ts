import type { CompletionCommand, CompletionValue } from "./completion-model.ts";

/** Returns a completion script for fish. */
export function fishCompletion(commands: readonly CompletionCommand[]): string {
  const lines = commands.flatMap(({ name, commands: below, options, operand }) => {
    const condition = conditionOf(
      name,
      below.map((subcommand) => subcommand.name),
    );
    const start = `complete -c shiftline -n ${quote(condition)}`;
    return [
      ...below.map((subcommand) => `${start} -f -a ${subcommand.name} -d ${quote(subcommand.description)}`),
      ...options.map(({ long, description, value }) => {
        const given = value === null ? "" : ` -r ${argument(value)}`;
        return `${start} -l ${long.slice(2)}${given} -d ${quote(description)}`;
      }),
      ...(operand === null ? [] : [`${start} ${argument(operand)}`]),
    ];
  });
  return `# fish completion of shiftline: shiftline completion fish | source
function __shiftline_value
  string replace -r -- '^--[\\w-]+=' '' (commandline -ct)
end

function __shiftline_list
  set -l before (string replace -r -- '[^,]*$' '' (__shiftline_value))
  for name in $argv
    echo $before$name
  end
end

function __shiftline_pair
  set -l value (__shiftline_value)
  if string match -q -- '*=*' $value
    set -l name (string replace -r -- '=.*$' '' $value)
    for path in (__fish_complete_path (string replace -r -- '^[^=]*=' '' $value))
      echo $name=$path
    end
  else
    printf '%s=\\n' $argv
  end
end

${lines.join("\n")}
`;
}

function conditionOf(name: string, below: readonly string[]): string {
  const last = name.split(" ").at(-1) ?? "";
  const seen = last === "" ? "" : `__fish_seen_subcommand_from ${last}`;
  const none = below.length === 0 ? "" : `not __fish_seen_subcommand_from ${below.join(" ")}`;
  return [seen, none].filter((part) => part !== "").join("; and ");
}

function argument({ names, form, files }: CompletionValue): string {
  const filesFlag = files && form !== "pair" ? "-F" : "-f";
  if (names.length === 0) return filesFlag;
  const list = names.join(" ");
  return `${filesFlag} -a ${quote(form === "one" ? list : `(__shiftline_${form} ${list})`)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
