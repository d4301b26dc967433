/** Hands over one response, piece by piece. */
export interface ChunkSource { read(): Uint8Array | undefined }

/** Bytes of the responses a run gets, in the order it asks for them. */
export type Responses = readonly (readonly Uint8Array[])[]

/**
 * Where all contenders get their bytes from: one for a process, loaded with a fixture, rewound before every run.
 * Requests are not looked at: the first gets the first response, the second the second.
 */
export class Feed {
  /** Called before each chunk is handed over, with its number: for measuring in mid-stream. */
  onRead: ((index: number, total: number) => void) | undefined
  private responses: Responses = []
  private next = 0

  load(responses: Responses): void {
    this.responses = responses
    this.rewind()
  }

  rewind(): void {
    this.next = 0
  }

  /** The next response. After the last one comes the last one again, for contenders that ask once too often. */
  open(): ChunkSource {
    const chunks = this.responses[Math.min(this.next++, this.responses.length - 1)]
    if (chunks === undefined) throw new Error('the feed is empty')
    let index = 0
    return {
      read: () => {
        if (this.onRead !== undefined && index < chunks.length) this.onRead(index, chunks.length)
        return chunks[index++]
      }
    }
  }

  /** How many responses the run asked for. */
  get opened(): number {
    return this.next
  }

  /** A `fetch` that answers every request from this feed with a real Response over a stream in memory. */
  readonly fetch = async (): Promise<Response> => {
    const source = this.open()
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = source.read()
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      }
    })
    return new Response(body as never, { status: 200, headers: { 'content-type': 'text/event-stream' } })
  }
}
