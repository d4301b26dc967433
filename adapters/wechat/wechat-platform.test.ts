import { describe, expect, it } from 'vitest'
import { createWxFake } from '../../sdk/testkit/wx-fake.js'
import { platformSuite } from '../../sdk/testkit/platform-suite.js'
import { wechatPlatform } from './index.js'

platformSuite('wechat', () => wechatPlatform(createWxFake().wx))
platformSuite('wechat with chunks cut at 1, 2 and 3 bytes', () => wechatPlatform(createWxFake({ cuts: [1, 2, 3] }).wx), {gaps: {'hands over a stream in pieces while it is being sent': 'x', 'tells status and headers before the body ends': 'y'}})
describe('x',()=>{it('y',()=>{expect(1).toBe(1)})})
