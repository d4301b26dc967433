// The door `sampan/agent/team`: agents that work with other agents, here or elsewhere.
export { agentTool } from './agent-tool.js'
export type { AgentToolOptions } from './agent-tool.js'
export { createTeam } from './create-team.js'
export type { TeamOptions } from './create-team.js'
export { withTools } from './with-tools.js'
export type { WithToolsOptions } from './with-tools.js'
