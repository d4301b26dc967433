import type { Frame } from './frames.js'
import { parseJson } from './json.js'

// How a stream log crosses a socket or a poll, where a host cannot stream a response. A log is named by the id the client
// minted; its frames are numbered from 1. Tokens and everything else a request says stand in its headers, as over HTTP.

/** What a client says over a socket. One socket carries many streams, told apart by the id of their log. */
export type SocketCommand =
  /** Send this request and stream its answer. A log of this id that exists is joined, never started twice. */
  | { type: 'send'; id: string; path: string; headers: Record<string, string>; body?: string }
  /** Stream the frames behind `after` of a log that was started before. */
  | { type: 'resume'; id: string; after: number; headers: Record<string, string> }
  /** Nobody wants this stream any more. */
  | { type: 'abort'; id: string }

/** What a server says over a socket. */
export type SocketReply =
  /** The answer begins: what would be status and headers of a response. */
  | { type: 'start'; id: string; status: number; headers: Record<string, string> }
  | ({ type: 'frame'; id: string } & LogFrame)
  /** The log is complete. */
  | { type: 'end'; id: string }
  /** The answer is an error: what would be the response. */
  | { type: 'error'; id: string; status: number; headers: Record<string, string>; body: string }
  /** There is no log of this id (any more). */
  | { type: 'none-active'; id: string }

/** One numbered frame of a log. */
export interface LogFrame { seq: number; data: string; event?: string }

/** What a poll is answered with: the frames there are, and whether more will come. */
export interface LogPage { frames: LogFrame[]; isDone: boolean }

/** What a request is answered with, with status 202, whose sender said that it will poll. */
export interface PollTicket { log: string }

/** The header by which a client says that it will poll for the answer (RFC 7240). */
export const POLL_PREFERENCE = { prefer: 'respond-async' }

/** Where a connection's socket is, and its logs, below the address of the gateway. */
export const SOCKET_PATH = '/v1/socket'
/** @param waitMs how long the server may wait for a frame, where its answer is a page. Absent: it is a stream. */
export const logPath = (id: string, after: number, waitMs?: number): string =>
  '/v1/logs/' + encodeURIComponent(id) + '?after=' + after + (waitMs === undefined ? '' : '&wait=' + waitMs)

/** Where a log is told that nobody wants it any more. */
export const cancelPath = (id: string): string => '/v1/logs/' + encodeURIComponent(id) + '/cancel'

/** Whether a frame is the last of its log: the end of a completion, the last event of a run, or an error. */
export function endsLog({ data, event }: Frame): boolean {
  return data === '[DONE]' || event === 'error' || event === 'done'
}

/** A frame of a log as a frame of a stream. */
export function frameOfLog({ seq, data, event = '' }: LogFrame): Frame {
  return { data, event, id: String(seq), encoded: false }
}

/** Reads a socket's message, or nothing where it is none. */
export function parseSocketReply(text: string): SocketReply | undefined {
  const reply = parseJson(text) as SocketReply | undefined
  return reply && typeof reply.type === 'string' && typeof reply.id === 'string' ? reply : undefined
}
