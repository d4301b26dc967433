import type { Knowledge } from './knowledge.js'
import { defineTool } from '../../agent/define-tool.js'
import type { Tool } from '../../contracts.js'

export interface KnowledgeToolOptions<Name extends string = 'searchKnowledge'> {
  /** Default `searchKnowledge`. */
  name?: Name
  /** When to use it: say what the documents are about. */
  description: string
  /** Passages given to the model. Default 4. */
  k?: number
}

/** What the model is told of a passage. */
export interface KnowledgeResult { id: string; title?: string; text: string }

/**
 * A tool with which a model looks things up in a knowledge base.
 *
 * @example
 * knowledgeTool(knowledge, { description: 'Answers questions about the shop: hours, prices, refunds.' })
 */
export function knowledgeTool<const Name extends string = 'searchKnowledge'>(
  knowledge: Knowledge,
  { name = 'searchKnowledge' as Name, description, k = 4 }: KnowledgeToolOptions<Name>,
): Tool<Name, { query: string }, KnowledgeResult[]> {
  return defineTool({
    name,
    description,
    input: { type: 'object', properties: { query: { type: 'string', description: 'Key words of what to look up, and other words for the same.' } }, required: ['query'] },
    // Nothing changes by looking something up.
    replay: 'idempotent',
    execute: ({ query }: { query: string }) =>
      knowledge.rank(query, k).then(hits => hits.map<KnowledgeResult>(({ id, title, text }) => ({ id, title, text }))),
  }) as Tool<Name, { query: string }, KnowledgeResult[]>
}
