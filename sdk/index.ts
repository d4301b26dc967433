export { connect } from './transport/connect.js'
export type { Connection, ConnectOptions, StreamRequest } from './transport/connect.js'
export { createAgent } from './agent/create-agent.js'
export type { AgentOptions } from './agent/create-agent.js'
export { defineTool } from './agent/define-tool.js'
export type { ToolOptions } from './agent/define-tool.js'
export type { ApprovalPolicy } from './agent/approval.js'
export { streamText } from './agent/stream-text.js'
export type { StreamTextOptions } from './agent/stream-text.js'
export { createThread } from './thread/create-thread.js'
export type { Thread, ThreadEvents, ThreadOptions } from './thread/thread.js'
export type { MessagePart, SubagentPart, ThreadMessage, ThreadState, ThreadStatus, ToolCallPart } from './thread/messages.js'
export { createCancel } from './context/cancel.js'
export type { CancelSource } from './context/cancel.js'
export { createRunContext, memoryCheckpoints, memoryLedger } from './context/run-context.js'
export { isSampanError, SampanError } from './errors.js'
export type { ErrorCode, ErrorDetails, ErrorPhase } from './errors.js'
export { en, stringFor, zh } from './strings.js'
export type { Strings } from './strings.js'
export type {
  Agent,
  AgentCapabilities,
  AgentInfo,
  AnyTool,
  ApprovalCall,
  ApprovalDecision,
  ApprovalRule,
  Budget,
  CancelSignal,
  ChildCall,
  ChildEnd,
  Checkpoint,
  CheckpointStore,
  FinishReason,
  IdSource,
  KeyValueStore,
  LedgerEntry,
  LedgerState,
  ModelEndpoint,
  ModelEvent,
  ModelFunction,
  ModelInfo,
  ModelMiddleware,
  ModelRequest,
  PriceTable,
  RemoteChange,
  RemoteThread,
  ReplayPolicy,
  RunContext,
  RunFunction,
  RunInput,
  RunMiddleware,
  Schema,
  SchemaOutput,
  StandardSchema,
  ThreadRemote,
  Tool,
  ToolContext,
  ToolLedger,
  Trace,
} from './contracts.js'
