import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../lib/run.js'

const pages = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.md')).map(name => `docs/${name}`)
const others = ['README.md', 'README.zh-CN.md', 'CONTRIBUTING.md']

const proseOf = (page: string): string => readFileSync(root + page, 'utf8').replace(/^```[^]*?^```$/gm, '')

/** Where the links of a page lead, from the root of the repository, with the heading they name. */
function placesOf(page: string): { file: string; heading?: string }[] {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s#]*)(?:#([^)\s]*))?(?: "[^"]*")?\)/g)].filter(([, to]) => !/^\w+:/.test(to!))
  return links.map(([, to, heading]) => ({ file: to ? join(dirname(page), to) : page, heading }))
}

const linksOf = (page: string): string[] => placesOf(page).map(({ file }) => file)

/** The names of a page's headings in links. */
const headingsOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-'))

test('every link in the documentation leads to a file, and to a heading that is there', () => {
  const isDead = ({ file, heading }: ReturnType<typeof placesOf>[number]): boolean => !existsSync(root + file) || (heading !== undefined && !headingsOf(file).includes(heading))
  const dead = [...pages, ...others].flatMap(page => placesOf(page).filter(isDead).map(({ file, heading = '' }) => `${page} → ${file}#${heading}`))
  expect(pages.length).toBeGreaterThan(20)
  expect(dead).toEqual([])
})

test.each([['docs/README.md', /^docs\/(?!zh\/)/], ['docs/zh/README.md', /^docs\/zh\//]] as const)('%s leads to every page of its language', (index, own) => {
  const linked = new Set(linksOf(index))
  expect(pages.filter(page => own.test(page) && page !== index && !linked.has(page))).toEqual([])
})

test('every page in one language leads to the same page in the other', () => {
  const lonely = pages.filter(page => existsSync(root + otherOf(page)) && !linksOf(page).includes(otherOf(page)))
  expect(lonely).toEqual([])
})

const otherOf = (page: string): string => (page.startsWith('docs/zh/') ? page.replace('docs/zh/', 'docs/') : page.replace('docs/', 'docs/zh/'))
