/**
 * As much of `URL` as resolving a `$ref` takes. The JSON Schema library resolves with `URL`, which phones lack, so the
 * build puts this in its place (`scripts/pack/plugins.ts`). A reference that makes no sense resolves to something
 * nothing is called by.
 */
export class ReferenceUrl {
  private readonly base: string
  private fragment: string

  constructor(reference: unknown, base?: string) {
    const [path, fragment] = split(escaped(String(reference)))
    this.base = resolve(path, base === undefined ? '' : normalized(split(base)[0]))
    this.fragment = fragment
  }

  get hash(): string {
    return this.fragment === '#' ? '' : this.fragment
  }
  set hash(fragment: string) {
    this.fragment = fragment === '#' || fragment === '' ? '' : '#' + fragment.replace(/^#/, '')
  }
  get href(): string {
    return this.base + this.fragment
  }
}

/** Whatever may not stand in a URL, percent-encoded as the names of schemas are; what is encoded stays. */
const escaped = (text: string): string => encodeURI(text).replace(/%25/g, '%')

function split(url: string): [path: string, fragment: string] {
  const at = url.indexOf('#')
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at)]
}

/** RFC 3986, section 5.2, without its fragment. */
function resolve(reference: string, base: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(reference)) return normalized(reference)
  if (reference === '') return base
  const [, origin = '', path = ''] = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/?]*)?)([^?]*)/i.exec(base) ?? []
  if (reference.slice(0, 2) === '//') return normalized(origin.slice(0, origin.indexOf(':') + 1) + reference)
  if (reference.charAt(0) === '?') return origin + path + reference
  if (reference.charAt(0) === '/') return normalized(origin + reference)
  return normalized(origin + path.slice(0, path.lastIndexOf('/') + 1) + reference)
}

/** An absolute URL without `.` and `..` in its path; the host's root is `/`. */
function normalized(url: string): string {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/?]*)([^?]*)(\?.*)?$/i.exec(url)
  if (!parts) return url
  const [, origin = '', path = '', query = ''] = parts
  const kept: string[] = []
  const steps = path.split('/').slice(1)
  steps.forEach((step, index) => {
    const isLast = index === steps.length - 1
    if (step === '..') kept.pop()
    else if (step !== '.') kept.push(step)
    if (isLast && (step === '.' || step === '..')) kept.push('')
  })
  return origin.toLowerCase() + '/' + kept.join('/') + query
}
