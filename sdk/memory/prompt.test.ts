import { describe, expect, expectTypeOf, it } from 'vitest'
import { exampleMessages, fewShot, template, type TemplateNames } from './prompt.js'
import { question, run } from '../agent/__fixtures__/runs.js'
import { createAgent } from '../agent/create-agent.js'
import { isSampanError } from '../errors.js'
import { mockModel, textAnswer } from '../testkit/mock-model.js'

describe('template', () => {
  it('is filled in, every place of a name, and knows its names', () => {
    const barista = template('你是{name}，在{shop}工作。{name}很友好。')
    expect(barista({ name: '小舟', shop: 3 })).toBe('你是小舟，在3工作。小舟很友好。')
    expect(barista.names).toEqual(['name', 'shop'])
    expect(barista.text).toContain('{name}')
  })
  it('has its names in its type', () => {
    expectTypeOf<TemplateNames<'{a} and {b}{a}'>>().toEqualTypeOf<'a' | 'b'>()
    expectTypeOf<TemplateNames<'{"json": {x}, "y": {}}'>>().toEqualTypeOf<'x'>()
    expectTypeOf<TemplateNames<'none { }'>>().toEqualTypeOf<never>()
    // @ts-expect-error a value is missing
    expect(() => template('{a}{b}')({ a: 1 })).toThrow()
    // @ts-expect-error one too many
    expect(template('{a}')({ a: 1, c: 2 })).toBe('1')
  })
  it('leaves JSON alone, and finds the same names in it as the compiler', () => {
    const json = template('{"drink": "{drink}", "more": {}, "list": [{ "a": 1 }]} {名字}')
    expect(json.names).toEqual(['drink', '名字'])
    expect(json({ drink: '$& {drink}', 名字: 'x' })).toBe('{"drink": "$& {drink}", "more": {}, "list": [{ "a": 1 }]} x')
  })
  it('refuses a value that is not there, also one that only objects have', () => {
    const text: string = '{toString}'
    let thrown: unknown
    try {
      template(text)({})
    } catch (error) {
      thrown = error
    }
    expect(isSampanError(thrown, 'agent/invalid')).toBe(true)
  })
})

describe('examples', () => {
  it('are messages, values as JSON', () => {
    expect(exampleMessages([{ input: '大杯', output: { size: 'L' } }, { input: '谢谢', output: '不客气' }])).toEqual([
      { id: 'example-0-user', role: 'user', content: '大杯' },
      { id: 'example-0-assistant', role: 'assistant', content: '{"size":"L"}' },
      { id: 'example-1-user', role: 'user', content: '谢谢' },
      { id: 'example-1-assistant', role: 'assistant', content: '不客气' },
    ])
  })
  it('stand between instructions and conversation', () => {
    const model = mockModel(textAnswer('好'))
    run(createAgent({ model, instructions: 'Be kind.', modelMiddleware: [fewShot([{ input: 'a', output: 'b' }])] }), question())
    expect(model.requests[0]!.messages.map(({ id }) => id)).toEqual(['instructions', 'example-0-user', 'example-0-assistant', 'user-1'])
  })
})
