// The door of the scripted model: names only.
export { scriptedModel, type ScriptedModel, type ScriptedModelOptions } from './scripted-model.js'
export type { ChatCompletion, ChatCompletionChunk, ChatCompletionRequest, WireMessage, WireTool, WireToolCall, WireUsage } from './wire.js'
