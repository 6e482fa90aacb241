/** The commands of the program as plain data, for the manual and the completion. */
import type { Command, Option } from 'commander';

export interface DescribedOption {
  /** As in the help: `-c, --config <file>`. */
  readonly flags: string;
  /** The words that may be typed: `-c`, `--config`. */
  readonly names: readonly string[];
  readonly description: string;
  /** The description with choices, default and environment variable. */
  readonly fully: string;
  /** What a value is called, without brackets; absent for a switch. */
  readonly value?: string;
  readonly choices: readonly string[];
}

export interface DescribedCommand {
  /** The words that call it, without the program's name; empty for the program itself. */
  readonly words: readonly string[];
  /** Its arguments as in the help: `<ups> <event>`. */
  readonly arguments: readonly { readonly shown: string; readonly description: string }[];
  readonly description: string;
  readonly options: readonly DescribedOption[];
  readonly commands: readonly DescribedCommand[];
}

/** A command with everything below it. Help and version, which every command understands, come last. */
export function describe(command: Command, words: readonly string[] = []): DescribedCommand {
  const help = command.createHelp();
  return {
    words,
    arguments: command.registeredArguments.map((argument) => {
      const name = argument.variadic ? `${argument.name()}...` : argument.name();
      return { shown: argument.required ? `<${name}>` : `[${name}]`, description: argument.description };
    }),
    description: command.description(),
    options: help.visibleOptions(command).map((option) => described(option, help.optionDescription(option))),
    commands: command.commands
      .filter((each) => each.name() !== 'help')
      .map((each) => describe(each, [...words, each.name()])),
  };
}

function described(option: Option, fully: string): DescribedOption {
  const value = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  return {
    flags: option.flags,
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    fully,
    ...(value === undefined ? {} : { value }),
    choices: option.argChoices ?? [],
  };
}

/** The commands below, and theirs, in order. */
export function allCommands(command: DescribedCommand): DescribedCommand[] {
  return command.commands.flatMap((each) => [each, ...allCommands(each)]);
}
