import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { root } from '../lib/run.js'
import { nodes, sources } from './sources.js'

const errors = sources.find(({ path }) => path === 'sdk/errors.ts')!
const union = [...nodes(errors.tree)].find(node => ts.isTypeAliasDeclaration(node) && node.name.text === 'ErrorCode') as ts.TypeAliasDeclaration
const codes = [...nodes(union)].filter(ts.isStringLiteral).map(({ text }) => text)

test.each(['docs/reference/errors.md', 'docs/zh/reference/errors.md'])('%s explains every error code, and no other', page => {
  const text = existsSync(root + page) ? readFileSync(root + page, 'utf8') : ''
  const sections = text.split(/^### /m).slice(1)
  const headings = sections.map(section => section.split('\n', 1)[0]!.replaceAll('`', '').trim())
  expect([...headings].sort()).toEqual([...codes].sort())
  const thin = sections.filter(section => section.split('\n').slice(1).join(' ').trim().length < 25).map(section => section.split('\n', 1)[0])
  expect(thin).toEqual([])
})
