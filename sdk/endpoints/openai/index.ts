export { openai } from './openai.js'
export type { OpenAIOptions } from './openai.js'
export { profiles, profileFor } from './profiles.js'
export type { Profile, ProfileName } from './profiles.js'
