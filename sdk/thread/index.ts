export { createThread } from './create-thread.js'
export { forgetOldestThread } from './forget-oldest-thread.js'
export type { Thread, ThreadEvents, ThreadOptions } from './thread.js'
export type {
  MediaPart,
  MessagePart,
  MessageStatus,
  ReasoningPart,
  TextPart,
  ThreadError,
  ThreadMessage,
  ThreadState,
  ThreadStatus,
  ToolCallPart,
  ToolCallPartOf,
  ToolCallState,
} from './messages.js'
export { toWire } from './wire.js'
