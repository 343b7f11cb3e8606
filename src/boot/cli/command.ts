import type { ParseArgsOptionsConfig } from 'node:util'

/** One line of the table in cli.ts: what a command is called, takes and does. */
export interface Command {
  /** 'webhooks replay' */
  readonly words: string
  /** What comes after the words, by name: 'ID', 'FILE'. All of them are needed. */
  readonly takes?: readonly string[]
  readonly options?: Readonly<Record<string, Option>>
  readonly does: string
  /** Said by --help below the options. */
  readonly more?: string
  readonly run: (given: Given) => Promise<void>
}

export interface Option {
  readonly does: string
  /** How its value is called; without it the option is a switch. */
  readonly value?: string
  readonly default?: string
  /** May be said several times. */
  readonly many?: true
}

export interface Given {
  /** What was given for `takes`, in that order. */
  readonly args: readonly string[]
  readonly option: (name: string) => string | undefined
  readonly all: (name: string) => readonly string[]
  readonly has: (name: string) => boolean
}

/** The command was not said in a way that we understand: exit code 2. */
export class Usage extends Error {
  override readonly name = 'Usage'
}

/** It was understood and cannot be done: a sentence, no stack, exit code 1. */
export class Failed extends Error {
  override readonly name = 'Failed'
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function optionsOf({ options = {} }: Command): ParseArgsOptionsConfig {
  const parsed: ParseArgsOptionsConfig = {}
  for (const [name, option] of Object.entries(options)) {
    parsed[name] =
      option.value === undefined
        ? { type: 'boolean' }
        : {
            type: 'string',
            multiple: option.many === true,
            ...(option.default !== undefined && { default: option.default }),
          }
  }
  return parsed
}
