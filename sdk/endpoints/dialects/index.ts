export { dialectOf, fitBody } from './dialect.js'
export { profileFor, profiles } from './profiles.js'
export type { Profile, ProfileName } from './profiles.js'
