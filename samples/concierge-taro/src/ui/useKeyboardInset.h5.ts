import { useEffect, useState } from 'react'

/** How much of the page's bottom the keyboard covers, in px. Browsers that shrink the page itself give 0. */
export function useKeyboardInset(): number {
  const [inset, setInset] = useState(0)
  useEffect(() => {
    const viewport = window.visualViewport
    if (!viewport) return
    const measure = () => {
      const covered = window.innerHeight - viewport.height - viewport.offsetTop
      // Zooming in shrinks the visual viewport too; a keyboard is never that small.
      setInset(viewport.scale === 1 && covered > 80 ? Math.round(covered) : 0)
    }
    viewport.addEventListener('resize', measure)
    viewport.addEventListener('scroll', measure)
    return () => {
      viewport.removeEventListener('resize', measure)
      viewport.removeEventListener('scroll', measure)
    }
  }, [])
  return inset
}
