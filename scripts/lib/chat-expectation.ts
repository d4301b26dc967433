import { expect } from 'vitest'
import { CHAT_FLOW, type ChatReport } from './chat-flow.js'
import type { RecordedAnswer } from './chat-server.js'

/** What every engine must make of the conversation. */
export function expectChat(report: ChatReport): void {
  expect(report.error).toBeNull()
  expect(report.effects).toEqual(['find', 'order latte'])
  expect(report.asked).toEqual(['createOrder'])
  expect(report.parts.map(part => part.split(':')[0])).toEqual(['user complete', 'assistant complete', 'user complete', 'assistant cancelled'])
  expect(report.parts[1]).toMatch(/findDrinks done.*createOrder done.*007/s)
  expect(report.said).not.toMatch(/\ufffd/)
  expect(report.log.filter(type => type === 'RUN_FINISHED').length).toBe(3)
  expect(report.log.at(-1)).toBe('RUN_FINISHED')
}

/** The conversation for an engine without a network: the answers are played back, cut at awkward places. */
export function replayed(answers: RecordedAnswer[]): string {
  return `(${CHAT_FLOW})(require, (${REPLAYING_WX})(${JSON.stringify(answers)}), report)`
}

const REPLAYING_WX = `function (answers) {
  var stored = {}, index = 0, sizes = [1, 2, 3, 50]
  function later(callback, value) { if (callback) setTimeout(function () { callback(value) }, 0) }
  return {
    login: function (options) { later(options.success, { code: 'code' }) },
    getStorage: function (options) { if (options.key in stored) later(options.success, { data: stored[options.key] }); else later(options.fail, { errMsg: 'getStorage:fail data not found' }) },
    setStorage: function (options) { stored[options.key] = options.data; later(options.success, {}) },
    removeStorage: function (options) { delete stored[options.key]; later(options.success, {}) },
    getStorageInfo: function (options) { later(options.success, { keys: Object.keys(stored) }) },
    getAppBaseInfo: function () { return { SDKVersion: '3.7.0' } },
    getDeviceInfo: function () { return { platform: 'ios' } },
    request: function (options) {
      var answer = answers[index++], listener, head, at = 0, turn = 0, isOpen = true
      var result = { statusCode: answer.status, header: { 'content-type': answer.type } }
      function step() {
        if (!isOpen) return
        if (at >= answer.body.length) { isOpen = false; return options.success(Object.assign({ data: '' }, result)) }
        var size = Math.min(sizes[turn++ % sizes.length], answer.body.length - at), bytes = new Uint8Array(size)
        for (var i = 0; i < size; i++) bytes[i] = answer.body.charCodeAt(at + i)
        at += size
        if (listener) listener({ data: bytes.buffer })
        setTimeout(step, 1)
      }
      setTimeout(function () {
        if (!isOpen) return
        if (head) head(result)
        if (options.enableChunked) return step()
        isOpen = false
        options.success(Object.assign({ data: decodeURIComponent(escape(answer.body)) }, result))
      }, 1)
      return { abort: function () { isOpen = false }, onChunkReceived: function (heard) { listener = heard }, onHeadersReceived: function (heard) { head = heard } }
    }
  }
}`
