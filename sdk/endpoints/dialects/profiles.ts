/**
 * How one provider's chat completions differ from OpenAI's. Plain data: a provider that is not here is written down in the
 * app or the gateway.
 */
export interface Profile {
  /** Named in `usage`. */
  readonly provider: string
  /** Fields of a delta that hold reasoning, first one found counts. */
  readonly reasoningFields: readonly string[]
  /**
   * Whether earlier reasoning goes back to the model: `drop`; `keep` on every answer; `keep-with-tools` on answers that
   * called tools; `keep-empty` like `keep`, with `''` where there was none, because the field itself is required;
   * `drop-ours` leaves out the `reasoning_content` that Sampan's phones add, and what a client says in any other field stays.
   */
  readonly reasoningReplay: 'drop' | 'drop-ours' | 'keep' | 'keep-with-tools' | 'keep-empty'
  /** The field it goes back in. */
  readonly reasoningField: string
  /** Whether `stream_options.include_usage` is understood. */
  readonly includeUsage: boolean
  /** `json_schema` where schemas are understood; else `json_object` with the schema in the instructions. */
  readonly jsonMode: 'json_schema' | 'json_object'
  /** The field that limits the answer's length. `as-sent`: whichever the client names. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens' | 'as-sent'
  /** Whether the role `developer` is understood. Default `false`: it is sent as `system`, which all know. */
  readonly developerRole?: boolean
  /**
   * The `tool_choice` values that are understood; `named` is the choice of one tool. Another value is not sent, so that
   * the model chooses: in place of `none` the tools are left out.
   */
  readonly toolChoices: readonly ('auto' | 'none' | 'required' | 'named')[]
  /** Added to every request. */
  readonly extraBody?: Record<string, unknown>
  /** Added to requests that offer tools. */
  readonly extraBodyWithTools?: Record<string, unknown>
}

/** Nothing is known of the provider: only what our own phones add is left out, the rest is its client's affair. */
const generic: Profile = {
  provider: 'openai-compatible',
  reasoningFields: ['reasoning_content', 'reasoning'],
  reasoningReplay: 'drop-ours',
  reasoningField: 'reasoning_content',
  includeUsage: true,
  jsonMode: 'json_schema',
  maxTokensField: 'as-sent',
  developerRole: true,
  toolChoices: ['auto', 'none', 'required', 'named'],
}

/** Of all providers here. */
const known = { ...generic, reasoningReplay: 'drop', maxTokensField: 'max_tokens', developerRole: false } as const

/** Of most of them: a schema is told in words. */
const schemaless = { ...known, jsonMode: 'json_object' } as const

/** The profiles that come with Sampan. */
export const profiles = {
  generic,
  /** V4: every replayed answer needs the field, also an empty one. Thinks by default. */
  deepseek: { ...schemaless, provider: 'deepseek', reasoningReplay: 'keep-empty' },
  /** Alibaba Bailian. Reasoning is switched on with `extra: { enable_thinking: true }`. */
  qwen: { ...schemaless, provider: 'qwen', toolChoices: ['auto', 'none', 'named'] },
  /** Tencent TokenHub; many vendors' models stand behind it. */
  hunyuan: { ...schemaless, provider: 'hunyuan' },
  /** Zhipu. Tool arguments stream only when asked for; reasoning goes back together with tool results. */
  glm: {
    ...schemaless,
    provider: 'glm',
    reasoningReplay: 'keep-with-tools',
    toolChoices: ['auto'],
    extraBodyWithTools: { tool_stream: true },
  },
  /** Moonshot. Reports usage inside the choice. */
  kimi: {
    ...known,
    provider: 'kimi',
    reasoningReplay: 'keep-with-tools',
    maxTokensField: 'max_completion_tokens',
    toolChoices: ['auto', 'none'],
  },
} as const satisfies Record<string, Profile>

export type ProfileName = keyof typeof profiles

/** The profiles, each with what else its models and hosts are known by. */
const NAMES = ['deepseek', 'qwen|qwq|dashscope', 'hunyuan|tencentmaas', 'glm|bigmodel', 'kimi|moonshot']

/**
 * The profile for a model behind a URL: by the model's name, then the host's, else `generic`. Model names first: one host
 * serves many vendors' models, and a model may be served by many hosts.
 */
export function profileFor(model: string, url: string): Profile {
  const find = (text: string): string | undefined => NAMES.find(names => new RegExp(names, 'i').test(text))
  const found = find(model) || find(url.replace(/^(\w+:\/\/[^/]*).*/, '$1')) || 'generic'
  return profiles[found.split('|')[0] as ProfileName]
}
