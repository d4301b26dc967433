import type { App, AppHost } from './host.js'
import { askByHand } from './limit-parts.js'

/** The bare loop alone. */
export const construct = (host: AppHost): App => ({ ask: () => askByHand(host, () => undefined) })
