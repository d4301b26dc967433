import type { Client, Gaps } from './host-facts.js'

// Gaps that several hosts have, and clients that several hosts may turn out to be.

/** Behaviours of `platformSuite` that some host lacks, by their titles. */
export const PIECES = 'hands over a stream in pieces while it is being sent'
export const CUTS = 'loses and repeats nothing, wherever the bytes are cut'
export const EARLY_HEAD = 'tells status and headers before the body ends'
export const STATUS = 'takes every status for an answer, with its body'
export const UPLOAD_STATUS = 'takes every status of an upload for an answer'
export const CLOSES = 'closes the connection on abort'
export const BROKEN = 'fails once when the connection breaks in the middle'

/** Requests do not stream. */
export const NO_STREAM: Gaps = { [PIECES]: { en: 'its requests hand over nothing before the end', zh: '请求结束之前不交出任何内容' } }
/** Headers come with the body. */
export const NO_HEAD: Gaps = { [EARLY_HEAD]: { en: 'its task tells no headers', zh: '请求任务不提供响应头' } }
/** Text that is decoded chunk by chunk. */
export const CUT_TEXT: Gaps = {
  [CUTS]: { en: 'it decodes each chunk by itself: a gateway is asked for ASCII, which stays whole', zh: '每一块单独解码：向网关要求 ASCII，便不会损坏' },
}
/** An error status that is shown to nobody. */
export const HIDDEN_ERRORS: Gaps = {
  [STATUS]: { en: 'it keeps status and body to itself: a gateway is asked for errors as events', zh: '状态码与正文都不交出：向网关要求把错误作为事件发来' },
  [UPLOAD_STATUS]: { en: 'it keeps status and body to itself', zh: '状态码与正文都不交出' },
}
/** No API gives random bytes. */
export const NO_RANDOM: Gaps = { randomBytes: { en: 'no API for them is known', zh: '没有已知的 API' } }
/** The app signs in. */
export const NO_SIGN_IN: Gaps = { signInCode: { en: 'who signs in, and where, is the app’s affair', zh: '由谁登录、在哪里登录，是应用的事' } }

/** A client of a host, and what it lacks. */
export const client = (en: string, zh: string, gaps: Gaps): Client => ({ title: { en, zh }, gaps })

/** What a host of which nobody says how it streams lacks, whichever it turns out to be, beside what it lacks anyway. */
export function undecidedClients(anyway: Gaps): readonly Client[] {
  return [
    client('if it streams bytes', '若它按字节流式', anyway),
    client('if it streams text', '若它按文本流式', { ...anyway, ...CUT_TEXT }),
    client('if it does not stream', '若它不流式', { ...anyway, ...NO_STREAM }),
  ]
}
