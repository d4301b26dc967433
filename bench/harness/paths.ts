import { fileURLToPath } from 'node:url'

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const benchFolder = fromHere('..')
export const repositoryFolder = fromHere('../..')
/** Peers live in a package of their own, so that nothing of them is ever near the SDK. */
export const peersFolder = fromHere('../peers')
/** Compiled bench code: below the peers' folder, so that bare imports find them. Ignored by git. */
export const compiledFolder = fromHere('../peers/build/code')
export const bundlesFolder = fromHere('../peers/build/bundles')
export const packageFolder = fromHere('../../build/sampan')
