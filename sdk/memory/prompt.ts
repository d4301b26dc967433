import type { ModelMiddleware } from '../contracts.js'
import { SampanError } from '../errors.js'
import { instructionsEnd } from '../protocol/instructions-end.js'
import { own } from '../protocol/own.js'
import type { Message } from '../protocol/messages.js'

/** What no name of a variable has in it: JSON in a prompt is left alone. */
type NoName = ' ' | '\n' | '\t' | '{' | '}' | '"' | "'" | '`' | ':' | ',' | '.' | '[' | ']' | '(' | ')' | '|'
const VARIABLE = /\{([^\s{}"'`:,.[\]()|]+)\}/g

/** The names in a template, read from its literal: `'{a} and {b}'` has `'a' | 'b'`. */
export type TemplateNames<Text extends string> = Text extends `${string}{${infer Rest}`
  ? Rest extends `${infer Name}}${infer After}`
    ? Name extends '' | `${string}${NoName}${string}` ? TemplateNames<Rest> : Name | TemplateNames<After>
    : never
  : never

/** What a template takes: a value for each of its names. Where the text is not known to the compiler, any. */
export type TemplateValues<Text extends string> = string extends Text ? Record<string, string | number> : { [Name in TemplateNames<Text>]: string | number }

/** Fills a template in. Values are put in as they are: a name inside a value stays text. */
export type Template<Text extends string> = {
  (values: TemplateValues<Text>): string
  readonly text: Text
  /** The names, each once, in order. */
  readonly names: readonly TemplateNames<Text>[]
}

/**
 * A prompt with places for values. A name that is missing, or one too many, is a mistake the compiler finds.
 *
 * @throws SampanError `agent/invalid`, when filled in, where a value is missing.
 * @example
 * const barista = template('你是{name}，在{shop}工作。')
 * createAgent({ model, instructions: barista({ name: '小舟', shop: '舢板咖啡' }) })
 */
export function template<const Text extends string>(text: Text): Template<Text> {
  const names = Array.from(new Set((text.match(VARIABLE) ?? []).map(place => place.slice(1, -1))))
  const fill = (values: TemplateValues<Text>): string =>
    text.replace(VARIABLE, (_, name: string) => {
      const value = own(values as Record<string, unknown>, name)
      if (value === undefined) throw new SampanError('agent/invalid', 'The template has no value for {' + name + '}.')
      return String(value)
    })
  return Object.assign(fill, { text, names: names as TemplateNames<Text>[] })
}

/** What a user might say, and what the assistant is to answer: a text, or a value that is shown as JSON. */
export interface Example { readonly input: string; readonly output: unknown }

/** Examples as messages of a conversation. */
export function exampleMessages(examples: readonly Example[]): Message[] {
  const messages: Message[] = []
  examples.forEach(({ input, output }, index) => {
    messages.push({ id: 'example-' + index + '-user', role: 'user', content: input })
    messages.push({ id: 'example-' + index + '-assistant', role: 'assistant', content: typeof output === 'string' ? output : JSON.stringify(output) })
  })
  return messages
}

/**
 * Shows a model examples before each conversation, behind the instructions. They are no part of the conversation itself.
 *
 * @example
 * createAgent({ model, modelMiddleware: [fewShot([{ input: '大杯冰拿铁', output: { drink: 'latte', size: 'L', ice: true } }])] })
 */
export function fewShot(examples: readonly Example[]): ModelMiddleware {
  const shown = exampleMessages(examples)
  return (request, context, next) => {
    const { messages } = request
    const at = instructionsEnd(messages)
    return next({ ...request, messages: messages.slice(0, at).concat(shown, messages.slice(at)) }, context)
  }
}
