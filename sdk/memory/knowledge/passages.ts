/**
 * A text in pieces of at most `maxChars` characters, cut between paragraphs, else between lines or sentences, else where
 * it is.
 */
export function passagesOf(text: string, maxChars: number): string[] {
  const passages: string[] = []
  let held = ''
  const close = (): void => {
    if (held.trim()) passages.push(held.trim())
    held = ''
  }
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    const pieces = paragraph.length <= maxChars ? [paragraph] : smaller(paragraph, maxChars)
    pieces.forEach((piece, index) => {
      const joint = !held ? '' : index ? '' : '\n\n'
      if (held.length + joint.length + piece.length > maxChars) close()
      held += (held && joint) + piece
    })
  }
  close()
  return passages
}

/** A paragraph that is too long, by its sentences. */
function smaller(paragraph: string, maxChars: number): string[] {
  const pieces: string[] = []
  for (const sentence of paragraph.match(/[^。！？；\n.!?]*(?:[。！？；\n]|[.!?]+(?:\s+|$)|[.!?]+)?/g) ?? []) {
    for (let at = 0, end = 0; at < sentence.length; at = end) {
      end = at + maxChars
      // Not through a character of two halves.
      if (maxChars > 1 && /[\uDC00-\uDFFF]/.test(sentence.charAt(end))) end--
      pieces.push(sentence.slice(at, end))
    }
  }
  return pieces
}
