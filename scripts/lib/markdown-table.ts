/** A table in Markdown. The first row is the head. */
export function markdownTable([head, ...rows]: readonly (readonly string[])[]): string {
  return [head!, head!.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** Puts what was generated between its marks in a page, `<!-- name -->` and `<!-- end of name -->`. Throws where a mark is missing. */
export function fillIn(page: string, name: string, generated: string): string {
  const begin = `<!-- ${name} -->\n`
  const [from, to] = [page.indexOf(begin), page.indexOf(`<!-- end of ${name} -->`)]
  if (from < 0 || to < from) throw new Error(`The page has no place for “${name}”.`)
  return `${page.slice(0, from)}${begin}${generated}\n${page.slice(to)}`
}
