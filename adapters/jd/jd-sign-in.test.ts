import { expect, it } from 'vitest'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import type { SignInCode } from '../../sdk/platform/platform.js'
import { hostPhones } from '../shared/__fixtures__/host-phones.js'
import { jdPlatform } from './index.js'

const { phone } = hostPhones('jd', jdPlatform)
const MOCK = { bugs: { jdMockLogin: true } }

it('hands a real code of JD over', async () => {
  const { fake, platform } = phone()
  const { value } = await answerOf<SignInCode>((done) => platform.signInCode!(done))
  expect(fake.redeem(value!.code)).toBe(true)
})
it('takes the mock code of JD’s developer tool for no code', async () => {
  const { failure, value } = await answerOf<SignInCode>((done) => phone(MOCK).platform.signInCode!(done))
  expect([failure?.reason, value]).toEqual(['unsupported', undefined])
})
it('signs in as a guest where JD’s developer tool says it is one', () => {
  expect(phone({ ...MOCK, platform: 'devtools' }).platform.signInCode).toBeUndefined()
})
