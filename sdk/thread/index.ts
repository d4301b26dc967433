export { createThread } from './create-thread.js'
export { changeUser } from '../platform/signed-in-user.js'
export { forgetUser } from '../platform/forget-user.js'
export { copyTo } from './copy-to.js'
export type { CopyOptions } from './copy-to.js'
export { forgetOldestThread } from './forget-oldest-thread.js'
export type { DeviceStoreOptions } from './device-store.js'
export type { KeepOptions } from './bound-turns.js'
export type { ThreadCopy } from './thread-copy.js'
export type { ThreadStore } from './thread-store.js'
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
