import type { CompletionCommand, CompletionOption, CompletionValue } from "./completion-model.ts";

/** Returns a completion script for zsh, with an `_arguments` function per command. */
export function zshCompletion(commands: readonly CompletionCommand[]): string {
  return `#compdef shiftline
# zsh completion of shiftline: eval "$(shiftline completion zsh)", after compinit; or a file _shiftline in $fpath

__shiftline_pair() { if compset -P '*='; then _files; else compadd -S '=' -- "$@"; fi }
__shiftline_name() { if compset -P '*='; then return 1; else compadd -S '=' -- "$@"; fi }
__shiftline_list() { local files=$1; shift; compset -P '*,'; compadd -q -S ',' -- "$@"; [[ $files == files ]] && _files }
__shiftline_one() { local files=$1; shift; compadd -- "$@"; [[ $files == files ]] && _files }

${commands.map(commandFunction).join("\n\n")}

if [[ $funcstack[1] == _shiftline ]]; then _shiftline "$@"; else compdef _shiftline shiftline; fi
`;
}

function commandFunction({ name, commands, options, operand }: CompletionCommand): string {
  const head = `${functionName(name)}() {`;
  const specs = options.map(optionSpec);
  if (commands.length === 0) {
    const argument = operand === null ? [] : [quote(`*:value:${action(operand)}`)];
    return [head, `  _arguments -S ${[...specs, ...argument].join(" \\\n    ")}`, "}"].join("\n");
  }
  const described = commands.map((subcommand) => quote(`${subcommand.name}:${subcommand.description}`));
  const cases = commands.map(
    (subcommand) => `    ${subcommand.name}) ${functionName(`${name} ${subcommand.name}`.trimStart())} ;;`,
  );
  return `${head}
  local curcontext="$curcontext" state line commands
  _arguments -C ${[...specs, "'1:command:->command'", "'*::argument:->argument'"].join(" \\\n    ")}
  if [[ $state == command ]]; then
    commands=(${described.join("\n      ")})
    _describe command commands
  elif [[ $state == argument ]]; then
    case $line[1] in
${cases.join("\n")}
    esac
  fi
}`;
}

function functionName(command: string): string {
  return ["_shiftline", ...command.split(" ").filter((word) => word !== "")].join("_").replaceAll("-", "_");
}

function optionSpec({ long, description, value, isRepeated }: CompletionOption): string {
  const explained = description.replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", "\\:");
  const star = isRepeated ? "*" : "";
  return quote(
    value === null ? `${star}${long}[${explained}]` : `${star}${long}=[${explained}]:value:${action(value)}`,
  );
}

/** The \`_arguments\` action for a value. The leading space keeps zsh from adding arguments. */
function action({ names, form, files }: CompletionValue): string {
  if (form === "pair") return ` ${files ? "__shiftline_pair" : "__shiftline_name"} ${names.join(" ")}`;
  if (names.length === 0) return files ? "_files" : "";
  return ` __shiftline_${form} ${files ? "files" : "none"} ${names.join(" ")}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
