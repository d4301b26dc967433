/** Pieces held before they are joined. Joining this often keeps the heap at the size of the text at no measurable CPU. */
const JOIN_EVERY = 256

/** Text that grows piece by piece, in linear time and without keeping every piece alive. */
export interface TextBuffer {
  append(piece: string): void
  /** All of it. Costs what came since it was last asked for, not what came before. */
  text(): string
}

export function createTextBuffer(): TextBuffer {
  let whole = ''
  let pieces: string[] = []
  const join = (): void => {
    whole += pieces.join('')
    pieces = []
  }
  return {
    append(piece) {
      if (pieces.push(piece) >= JOIN_EVERY) join()
    },
    text() {
      if (pieces.length) join()
      return whole
    },
  }
}
