import type { CompletionCommand } from "./completion-model.ts";

/** Returns a completion script for bash 4 and newer. Under bash 3.2, completed folder names lack the trailing slash. */
export function bashCompletion(commands: readonly CompletionCommand[]): string {
  const options = commands.map(({ name, options }) =>
    caseLine(
      name,
      options.map(({ long }) => long),
    ),
  );
  const below = commands
    .filter(({ commands }) => commands.length > 0)
    .map(({ name, commands }) =>
      caseLine(
        name,
        commands.map((command) => command.name),
      ),
    );
  const kinds = commands.flatMap(({ name, options, operand }) => {
    const all = [
      ...options.map(({ long, value }) => ({ key: `${name} ${long}`, value })),
      { key: `${name} `, value: operand },
    ];
    return all.flatMap(({ key, value }) => {
      if (value === null) return [];
      return [caseLine(key, [value.form, value.files ? "files" : "none", ...value.names])];
    });
  });
  return `# bash completion of shiftline: eval "$(shiftline completion bash)"
_shiftline_commands() {
  case $1 in
${below.join("\n")}
  esac
}

_shiftline_options() {
  case $1 in
${options.join("\n")}
  esac
}

# For a command and an option, or its argument: one, list or pair; whether files are values; the names
_shiftline_values() {
  case $1 in
${kinds.join("\n")}
  esac
}

_shiftline() {
  local word words=() command="" option="" value current previous="" names prefix files form i
  # bash splits --option=value at "=", and the reply replaces only the last word
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == "=" && \${#words[@]} -gt 0 ]]; then words[\${#words[@]} - 1]+="="
    elif [[ \${#words[@]} -gt 0 && \${words[\${#words[@]} - 1]} == *= && \${COMP_WORDS[i - 1]} == "=" ]]; then
      words[\${#words[@]} - 1]+=$word
    else words+=("$word"); fi
  done
  current=\${words[\${#words[@]} - 1]}
  for ((i = 0; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    if [[ " $(_shiftline_commands "$command") " == *" $word "* ]]; then command="\${command:+$command }$word"
    elif [[ -n $(_shiftline_commands "$command") ]]; then return; fi
    previous=$word
  done
  COMPREPLY=()
  if [[ $current == --*=* ]]; then option=\${current%%=*} value=\${current#*=}
  elif [[ $previous == --* && $previous != *=* && -n $(_shiftline_values "$command $previous") ]]; then
    option=$previous value=$current
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$(_shiftline_options "$command")" -- "$current"))
    return
  elif [[ -n $(_shiftline_commands "$command") ]]; then
    COMPREPLY=($(compgen -W "$(_shiftline_commands "$command")" -- "$current"))
    return
  else value=$current; fi

  read -r form files names <<< "$(_shiftline_values "$command $option")"
  prefix=""
  if [[ $form == list && $value == *,* ]]; then prefix=\${value%,*}, value=\${value##*,}; fi
  if [[ $form == pair && $value == *=* ]]; then value=\${value#*=} names=""
  elif [[ $form == pair ]]; then
    names=\${names:+\${names// /= }=} files=none
    type compopt &> /dev/null && compopt -o nospace
  fi
  COMPREPLY=($(compgen -W "$names" -P "$prefix" -- "$value"))
  if [[ $files == files ]]; then
    type compopt &> /dev/null && [[ -z $prefix ]] && compopt -o filenames
    while IFS= read -r word; do COMPREPLY+=("$prefix$word"); done < <(compgen -f -- "$value")
  fi
}

complete -F _shiftline shiftline
`;
}

/** A branch of a \`case\`: the words printed for a key. The program itself has the key "". */
function caseLine(key: string, words: readonly string[]): string {
  return `    "${key}") echo "${words.join(" ")}" ;;`;
}
