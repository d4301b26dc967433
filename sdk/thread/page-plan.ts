/** Characters in one storage key: 3 bytes each at most, so within the 150 KB that fit everywhere. */
const PART_CHARS = 50_000

/** Characters of items after which a page is full. A save writes what is new and at most one page of what is old. */
const PAGE_CHARS = 8_000

/** Some items, stored under `parts` keys. */
export interface Page {
  readonly id: number
  readonly parts: number
  readonly checksum: string
}

/** A page and what it holds: items up to, but not including, the one at `end`. `last` is the one before that. */
export interface KnownPage {
  readonly page: Page
  readonly end: number
  readonly last: unknown
}

/** How many pages stay as they are, the pages to be written after those, and the texts they consist of. */
export interface PagePlan {
  readonly kept: number
  readonly written: KnownPage[]
  readonly entries: [key: string, text: string][]
}

/** Keeps full pages that still say what is so, and writes all after them anew. The last page also carries `rest`. */
export function planPages<Item>(
  key: string,
  known: readonly KnownPage[],
  firstId: number,
  items: readonly Item[],
  pack: (item: Item) => unknown,
  rest: unknown,
): PagePlan {
  let kept = 0
  while (kept < known.length - 1 && items[known[kept]!.end - 1] === known[kept]!.last) kept++
  const written: KnownPage[] = []
  const entries: [string, string][] = []
  let texts: string[] = []
  let chars = 0
  const close = (end: number, tail: string): void => {
    const text = '{"items":[' + texts.join(',') + ']' + tail + '}'
    const parts = cutText(text)
    const page = { id: firstId + written.length, parts: parts.length, checksum: checksumOf(text) }
    partKeys(key, page).forEach((name, index) => entries.push([name, parts[index]!]))
    written.push({ page, end, last: items[end - 1] })
    texts = []
    chars = 0
  }
  for (let index = kept ? known[kept - 1]!.end : 0; index < items.length; index++) {
    if (chars > PAGE_CHARS) close(index, '')
    const text = JSON.stringify(pack(items[index]!))
    texts.push(text)
    chars += text.length
  }
  close(items.length, ',"rest":' + JSON.stringify(rest))
  return { kept, written, entries }
}

export function partKeys(key: string, { id, parts }: Page): string[] {
  return Array.from({ length: parts }, (_, index) => key + '/' + id + '/' + index)
}

/** Tells a torn or mixed text from a whole one. */
export function checksumOf(text: string): string {
  let hash = 0x811c9dc5
  // Every 7th character and the length: enough to see a lost or foreign part, and cheap without a JIT.
  for (let i = 0; i < text.length; i += 7) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36) + '-' + text.length
}

/** Cuts text into parts that fit one storage key, never inside a surrogate pair: a storage that keeps UTF-8 would lose both halves. */
function cutText(text: string): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + PART_CHARS, text.length)
    const last = text.charCodeAt(end - 1)
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end -= 1
    parts.push(text.slice(at, end))
    at = end
  }
  return parts
}
