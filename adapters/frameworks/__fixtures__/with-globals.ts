/** Makes something while the given globals are there: what a host, or the page around an app, would have put there. */
export function withGlobals<Made>(globals: Record<string, unknown>, make: () => Made): Made {
  const scope = globalThis as Record<string, unknown>
  Object.assign(scope, globals)
  try {
    return make()
  } finally {
    for (const name of Object.keys(globals)) delete scope[name]
  }
}
