// The only globals a mini-program host promises (WeChat's own typings declare no more, see docs/reference/platforms).
declare function setTimeout(callback: () => void, ms?: number): unknown
declare function clearTimeout(id: unknown): void
declare const console: { warn(...data: unknown[]): void; error(...data: unknown[]): void; log(...data: unknown[]): void }
