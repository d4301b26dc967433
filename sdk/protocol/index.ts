export { PROTOCOL_VERSION, isTerminal } from './events.js'
export type {
  ActivityDeltaEvent, ActivitySnapshotEvent, AgentEvent, CustomEvent, JsonPatchOperation, MessagesSnapshotEvent, NumberedEvent, RawEvent,
  ReasoningEncryptedValueEvent, ReasoningEndEvent, ReasoningMessageChunkEvent, ReasoningMessageContentEvent, ReasoningMessageEndEvent,
  ReasoningMessageStartEvent, ReasoningStartEvent, RunErrorEvent, RunFinishedEvent, RunOutcome, RunStartedEvent, StateDeltaEvent,
  StateSnapshotEvent, StepFinishedEvent, StepStartedEvent, SubagentErrorEvent, SubagentFinishedEvent, SubagentStartedEvent,
  TextMessageChunkEvent, TextMessageContentEvent, TextMessageEndEvent, TextMessageRole, TextMessageStartEvent, ToolCallArgsEvent,
  ToolCallChunkEvent, ToolCallEndEvent, ToolCallResultEvent, ToolCallStartEvent,
} from './events.js'
export { customEvent } from './custom-events.js'
export type { SampanCustomEvents } from './custom-events.js'
export { keepRun, keptRun } from './kept-runs.js'
export { contentText } from './messages.js'
export type {
  ActivityMessage, AssistantMessage, ContentPart, ContentSource, DeveloperMessage, Interrupt, MediaContent, Message, Metadata, ReasoningMessage,
  ResumeEntry, RunAgentInput, SystemMessage, TextContent, TokenUsage, ToolCall, ToolDescription, ToolMessage, UserMessage,
} from './messages.js'
export { frameText } from './frames.js'
export type { Frame } from './frames.js'
export { createSseDecoder } from './sse.js'
export type { SseOptions, StreamDecoder } from './sse.js'
export { createNdjsonDecoder } from './ndjson.js'
export type { NdjsonOptions } from './ndjson.js'
export { createChunkReader, decodeUtf8 } from './utf8.js'
export type { ChunkReader } from './utf8.js'
export { createJsonReader } from './partial-json.js'
export type { JsonReader } from './partial-json.js'
export { canonicalJson } from './json.js'
export type { JsonObject, JsonSchema, JsonValue } from './json.js'
export { toJsonSchema, validateWith } from './schema.js'
export { expandChunks } from './expand-chunks.js'
export type { ExpandOptions } from './expand-chunks.js'
export { verifyEvents } from './verify/verify-events.js'
export type { VerifyOptions } from './verify/verify-events.js'
export { cancelPath, endsLog, frameOfLog, logPath, parseSocketReply, POLL_PREFERENCE, SOCKET_PATH } from './log-wire.js'
export type { LogFrame, LogPage, PollTicket, SocketCommand, SocketReply } from './log-wire.js'
