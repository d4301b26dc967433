// Hands the segments of a text from the page (React) to the native component that shows it, past Taro's renderer.

interface Offer { segments: readonly string[]; isEnded: boolean }
type Listener = (offer: Offer) => void

const offers = new Map<string, Offer>()
const listeners = new Map<string, Listener>()

export function offerText(partId: string, segments: readonly string[], isEnded: boolean): void {
  const offer = { segments, isEnded }
  offers.set(partId, offer)
  listeners.get(partId)?.(offer)
}

/** Calls back with what is there, and each time there is more. */
export function takeText(partId: string, listener: Listener): () => void {
  listeners.set(partId, listener)
  const offer = offers.get(partId)
  if (offer) listener(offer)
  return () => {
    if (listeners.get(partId) !== listener) return
    listeners.delete(partId)
    offers.delete(partId)
  }
}
