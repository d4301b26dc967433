import type { AppHost } from './host.js'

/** The bare loop with a tool, without checking its arguments. The tool's turn comes first, then the answer. */
export async function askByHand(host: AppHost, callTool: (args: unknown) => void): Promise<string> {
  const args = readResponse(host, delta => delta.tool_calls?.[0].function.arguments)
  callTool(JSON.parse(args))
  return readResponse(host, delta => delta.content)
}

function readResponse(host: AppHost, pick: (delta: any) => string | null | undefined): string {
  const source = host.open()
  let rest = ''
  let all = ''
  for (let chunk = source.read(); chunk !== undefined; chunk = source.read()) {
    rest += decode(chunk)
    const lines = rest.split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      if (line.slice(0, 6) !== 'data: ' || line === 'data: [DONE]') continue
      const delta = JSON.parse(utf8(line.slice(6))).choices[0]?.delta
      if (delta) all += pick(delta) || ''
    }
  }
  return all
}

/** One character a byte: no decoder is needed to find lines, and they are whole characters afterwards. */
const decode = (bytes: Uint8Array): string => String.fromCharCode.apply(null, bytes as unknown as number[])
const utf8 = (text: string): string => decodeURIComponent(escape(text))
