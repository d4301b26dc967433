import { randomInt } from 'node:crypto'

/**
 * A port for a server that is to get the same one again when it is started again: of those that no system gives to who
 * asks for any, so that no connection and no other test's server has it meanwhile. Who finds it taken tries another.
 */
export const randomPort = (): number => randomInt(20_000, 30_000)
