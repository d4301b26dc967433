import type { RunMiddleware } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { contentText, type AssistantMessage, type ContentPart, type Metadata } from '../protocol/messages.js'
import { transform } from '../protocol/transform.js'

/**
 * The mark that China's GB 45438-2025 asks for in the metadata of generated content, one block a file. All values are
 * texts. `Label`: `1` it is generated, `2` it may be, `3` it is suspected to be.
 */
export interface AigcBlock {
  Label: '1' | '2' | '3'
  /** Who generated it: the name or code of the service's provider. */
  ContentProducer: string
  /** The producer's own number of this content. */
  ProduceID: string
  ReservedCode1: string
  /** Who spreads it, and their number of it. Empty while nobody else does. */
  ContentPropagator: string
  PropagateID: string
  ReservedCode2: string
}

export interface LabelOptions {
  /** `ContentProducer`: the name or code under which your service is registered. */
  producer: string
  /** `ContentPropagator`. Default `''`. */
  propagator?: string
  /** Default `1`. */
  label?: AigcBlock['Label']
}

/** A message as labels need it: a thread's, or the protocol's. */
export interface LabelledMessage {
  readonly id: string
  readonly metadata?: Metadata
  /** Of a thread's message. */
  readonly parts?: readonly { readonly type: string; readonly id?: string; readonly text?: string }[]
  /** Of the protocol's. */
  readonly content?: string | ContentPart[]
}

/**
 * Marks each message of the assistant's as generated: `metadata.sampan.aigc` of TEXT_MESSAGE_START, and of the message where
 * all are said anew, holds the block, with the message's id as `ProduceID`.
 *
 * @example
 * createAgent({ model, middleware: [label({ producer: '某某科技有限公司' })] })
 */
export function label(options: LabelOptions): RunMiddleware {
  return (input, context, next) =>
    next(input, context).pipe(
      transform<AgentEvent, AgentEvent>(emit => {
        const said = new Set<string>()
        return {
          next(event) {
            if (event.type === 'MESSAGES_SNAPSHOT') {
              // What is said anew of this run's messages keeps the mark.
              const messages = event.messages.map(message => (said.has(message.id) ? marked(message as AssistantMessage, message.id, options) : message))
              return emit({ ...event, messages })
            }
            if ((event.type !== 'TEXT_MESSAGE_START' && event.type !== 'TEXT_MESSAGE_CHUNK') || !event.messageId || (event.role ?? 'assistant') !== 'assistant') return emit(event)
            said.add(event.messageId)
            emit(marked(event, event.messageId, options))
          },
        }
      }),
    )
}

function marked<T extends { metadata?: Metadata }>(item: T, produceId: string, options: LabelOptions): T {
  const { metadata } = item
  const sampan = metadata?.sampan as Metadata | undefined
  return { ...item, metadata: { ...metadata, sampan: { ...sampan, aigc: aigcBlock(produceId, options) } } }
}

function aigcBlock(produceId: string, { producer, propagator = '', label: mark = '1' }: LabelOptions): AigcBlock {
  return { Label: mark, ContentProducer: producer, ProduceID: produceId, ReservedCode1: '', ContentPropagator: propagator, PropagateID: '', ReservedCode2: '' }
}

/**
 * The block for a file made of a message: put `{ AIGC: block }`, as JSON, into a field of the file's metadata. The mark that
 * the message carries wins; without one it is made from `options`.
 */
export function aigcMetadata({ id, metadata, parts = [] }: LabelledMessage, options: LabelOptions): { AIGC: AigcBlock } {
  // A thread's message holds several of the protocol's: the last with text is the answer.
  const last = parts.filter(({ type }) => type === 'text').pop()
  const known = (metadata?.sampan as { aigc?: AigcBlock } | undefined)?.aigc
  return { AIGC: known ? { ...known } : aigcBlock(last?.id ?? id, options) }
}

/** The words a person must see near generated text, as long as it is shown. Every language has `AI` and `生成` in it. */
export function labelText(language: 'zh' | 'en' = 'zh'): string {
  return language === 'en' ? 'AI生成 · AI-generated' : '内容由 AI 生成'
}

/** A message for the clipboard or an export: its text, with the label as its last line. */
export function toClipboardText({ parts, content }: LabelledMessage, language: 'zh' | 'en' = 'zh'): string {
  // What was said before a tool was called, and after it, are two paragraphs.
  const text = parts ? parts.map(part => (part.type === 'text' ? part.text : '')).filter(said => said).join('\n\n') : contentText(content)
  return text.replace(/\s+$/, '') + '\n\n' + labelText(language)
}
