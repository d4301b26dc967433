/**
 * How many tokens a text is, roughly, and rather more than fewer: one for each character that is no ASCII (Chinese has
 * about 0.6 to 1), one for four others. It is not rounded: what comes in pieces can be added up.
 */
export function estimateTokens(text: string): number {
  let wide = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) wide++
  return wide + (text.length - wide) / 4
}
