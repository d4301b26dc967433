import { describe, expect, it } from 'vitest'
import type { HostEntry, HostTable } from '../call-device.js'
import { createCancel } from '../../context/cancel.js'
import type { AnyTool, CancelSignal, ToolContext } from '../../contracts.js'
import type { HostFailure, Platform } from '../../platform/platform.js'
import { fakePlatform } from '../../testkit/fake-platform.js'

/** What a host was asked. */
export type HostRequest = [api: string, args: Record<string, unknown>]
/** A host by name, and what it was asked. */
export interface FakeDevice extends Platform { readonly asked: HostRequest[] }

type Answer = object | { failure: HostFailure }

/** A host that answers every call alike. */
export function deviceOn(name: string, answer: Answer | ((api: string) => Answer) = {}, members: Partial<Platform> = {}): FakeDevice {
  const asked: HostRequest[] = []
  const platform = fakePlatform({
    members: {
      host: { name, version: '1', isSimulator: false, isRelease: false },
      invoke(api, args, done) {
        asked.push([api, args])
        const said = typeof answer === 'function' ? answer(api) : answer
        if ('failure' in said) done(said.failure)
        else done(null, said)
      },
      ...members,
    },
  })
  return Object.assign(platform, { asked })
}

/** Runs a tool as an agent does: checks the arguments first, and the result after. */
export async function execute(tool: AnyTool, args: object = {}, cancel: CancelSignal = createCancel().signal): Promise<any> {
  const checked = tool.validate(args)
  if (!checked.ok) throw new Error(checked.issues)
  const context: ToolContext = { toolCallId: 'c', idempotencyKey: 'c', threadId: 't', runId: 'r', cancel, progress() {} }
  return await tool.execute!(checked.value, context)
}

/** What a call of a tool looks like on one host. */
export interface HostCase {
  /** What the model asks. */
  args?: object
  /** What the host is asked: its API, and its arguments. */
  asks: HostRequest
  /** What the host answers. */
  answers: object
  /** What the model is told. */
  result: unknown
}

const deny: HostFailure = { reason: 'denied', errMsg: 'x:fail auth deny', errno: 103 }

/** The laws of a tool that is one call of the host, and how it is called on each host of its table. */
export function describeOnHosts(name: string, table: HostTable<HostEntry>, make: (platform: Platform) => AnyTool, cases: Record<string, HostCase>): void {
  describe(name, () => {
    it('is proved on each host of its table', () => {
      expect(Object.keys(cases).sort()).toEqual(Object.keys(table).sort())
    })
    it.each(Object.entries(cases))('asks %s in its own words, and reads its answer', async (host, { args, asks, answers, result }) => {
      const device = deviceOn(host, answers)
      expect(await execute(make(device), args)).toEqual(result)
      expect(device.asked).toEqual([asks])
      expect(asks[0]).toBe(table[host]!.api)
    })
    it.each(Object.entries(cases))('asks %s before it returns, so that it is still inside the tap', (host, { args, answers }) => {
      const device = deviceOn(host, answers)
      void execute(make(device), args)
      expect(device.asked).toHaveLength(1)
    })
    it.each(Object.entries(cases))('tells that the person cancelled on %s, or did not allow it', async (host, { args }) => {
      const cancelled = deviceOn(host, { failure: { reason: 'cancelled', errMsg: 'x:fail cancel' } })
      expect(await execute(make(cancelled), args)).toEqual({ cancelled: true })
      const { scope } = table[host]!
      await expect(execute(make(deviceOn(host, { failure: deny })), args)).rejects.toMatchObject({
        code: 'platform/denied',
        retryable: false,
        message: expect.stringContaining(`can allow ${scope ?? 'it'} in the settings`),
        details: { errno: 103, errMsg: 'x:fail auth deny', info: { host, reason: 'denied' } },
      })
    })
    it('says host and capability where it is not supported', async () => {
      const [host, { args }] = Object.entries(cases)[0]!
      const unsupported = { code: 'platform/unsupported', message: expect.stringMatching(/is not supported on nokia/) }
      const nokia = deviceOn('nokia')
      await expect(execute(make(nokia), args)).rejects.toMatchObject(unsupported)
      expect(nokia.asked).toEqual([])
      await expect(execute(make(deviceOn(host, {}, { invoke: undefined })), args)).rejects.toMatchObject({ code: 'platform/unsupported' })
      const older = deviceOn(host, { failure: { reason: 'unsupported', errMsg: 'no such API' } })
      await expect(execute(make(older), args)).rejects.toMatchObject({ code: 'platform/unsupported', message: expect.stringContaining('no such API') })
    })
    it('leaves the person the time to answer dialogs', () => {
      expect(make(deviceOn('wechat')).timeoutMs).toBeGreaterThanOrEqual(600_000)
    })
  })
}
