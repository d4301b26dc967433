/** What a host's `setData` does with a patch: writes each value to its path, making lists and objects on the way. */
export function applyPatch(data: Record<string, unknown>, patch: Record<string, unknown>): void {
  for (const path of Object.keys(patch)) write(data, path.split(/[.[\]]+/).filter(Boolean), patch[path])
}

function write(data: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  let target = data
  keys.slice(0, -1).forEach((key, i) => {
    target[key] ??= /^\d+$/.test(keys[i + 1]!) ? [] : {}
    target = target[key] as Record<string, unknown>
  })
  target[keys[keys.length - 1]!] = value
}
