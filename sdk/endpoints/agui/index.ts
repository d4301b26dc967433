export { aguiAgent } from './agui.js'
export type { AguiOptions } from './agui.js'
