/** What the shells complete, written from the commands. */
import { allCommands, type DescribedCommand, type DescribedOption } from './commands.ts';

/** A completion function for bash. */
export function bashCompletion(program: DescribedCommand): string {
  return `# bash completion of upsteward
_upsteward() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} where='' word below options i
${walk(program, { first: 1, last: 'i < COMP_CWORD', word: `\${COMP_WORDS[i]}` })}
  COMPREPLY=()
  case "$where $previous" in
${valueCases(program, {
  files: 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current"); return',
  words: (choices) => `mapfile -t COMPREPLY < <(compgen -W ${shell(choices.join(' '))} -- "$current"); return`,
  none: 'return',
})}
  esac
  case "$where" in
${[program, ...allCommands(program)].map(bashCase).join('\n')}
  esac
  [[ -z $below || $current == -* ]] && below=$options
  mapfile -t COMPREPLY < <(compgen -W "$below" -- "$current")
}
complete -F _upsteward upsteward
`;
}

/** A completion function for zsh, with descriptions. */
export function zshCompletion(program: DescribedCommand): string {
  return `#compdef upsteward
# zsh completion of upsteward
_upsteward() {
  local previous=\${words[CURRENT-1]} where='' word i
  local -a below options
${walk(program, { first: 2, last: 'i < CURRENT', word: `\${words[i]}` })}
  case "$where $previous" in
${valueCases(program, {
  files: '_files; return',
  words: (choices) => `compadd -- ${choices.map(shell).join(' ')}; return`,
  none: 'return',
})}
  esac
  case "$where" in
${[program, ...allCommands(program)].map(zshCase).join('\n')}
  esac
  (( \${#below} )) && _describe command below
  _describe -o option options
}
_upsteward "$@"
`;
}

/** Finds the command before the cursor; the values of options are no commands. */
function walk(program: DescribedCommand, shellWords: { first: number; last: string; word: string }): string {
  const commands = allCommands(program);
  return `  for ((i = ${shellWords.first}; ${shellWords.last}; i++)); do
    word=${shellWords.word}
    case "$where $word" in
${commands.map((command) => `      ${shell(where(command))}) where=${shell(where(command))} ;;`).join('\n')}
      ${[program, ...commands].flatMap((command) => withValue(command).map(([name]) => shell(`${where(command)} ${name}`))).join('|')}) i=$((i + 1)) ;;
    esac
  done`;
}

function valueCases(
  program: DescribedCommand,
  act: { files: string; words: (choices: readonly string[]) => string; none: string },
): string {
  return [program, ...allCommands(program)]
    .flatMap((command) =>
      withValue(command).map(([name, option]) => {
        const what =
          option.choices.length > 0 ? act.words(option.choices) : option.value === 'file' ? act.files : act.none;
        return `    ${shell(`${where(command)} ${name}`)}) ${what} ;;`;
      }),
    )
    .join('\n');
}

function bashCase(command: DescribedCommand): string {
  const commands = command.commands.map(({ words: path }) => path.at(-1)).join(' ');
  const options = command.options.flatMap(({ names }) => names).join(' ');
  return `    ${shell(where(command))}) below=${shell(commands)} options=${shell(options)} ;;`;
}

function zshCase(command: DescribedCommand): string {
  const commands = command.commands.map(({ words: path, description }) => `${path.at(-1)}:${description}`);
  const options = command.options.flatMap(({ names, description }) => names.map((name) => `${name}:${description}`));
  return `    ${shell(where(command))})
      below=(${commands.map(shell).join(' ')})
      options=(${options.map(shell).join(' ')}) ;;`;
}

/** The words of a command as the scripts keep them: each with a blank before it. */
const where = ({ words: path }: DescribedCommand): string => path.map((word) => ` ${word}`).join('');

const withValue = ({ options }: DescribedCommand): [string, DescribedOption][] =>
  options.flatMap((option) =>
    option.value === undefined ? [] : option.names.map((name) => [name, option] as [string, DescribedOption]),
  );

const shell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
