/** Pieces held before they are joined. Joining this often keeps the heap at the size of the text at no measurable CPU. */
const JOIN_EVERY = 256

/** Text that grows piece by piece, in linear time and without keeping every piece alive. */
export interface TextBuffer {
  append(piece: string): void
  /** All of it. Joins what is not joined yet. */
  text(): string
}

export function createTextBuffer(): TextBuffer {
  let joined: string[] = []
  let pieces: string[] = []
  const join = (): void => {
    if (!pieces.length) return
    joined.push(pieces.join(''))
    pieces = []
  }
  return {
    append(piece) {
      if (pieces.push(piece) >= JOIN_EVERY) join()
    },
    text() {
      join()
      if (joined.length > 1) joined = [joined.join('')]
      return joined[0] ?? ''
    },
  }
}
