import { checkNodes } from './check-flow.js'
import { FLOW_VERSION, type FlowJson } from './flow-json.js'
import { flowOf, type Flow } from './flow.js'
import type { StepRegistry } from './step.js'
import { SampanError } from '../errors.js'

/**
 * Reads a flow that came from elsewhere. The registry says what it may run; nothing of the flow is evaluated as code.
 *
 * @param json the flow, parsed.
 * @throws SampanError `workflow/invalid`, with the place: for an unknown step, kind of node or field, a path that leads
 *   nowhere, or a version that this Sampan does not know.
 */
export function loadFlow(json: unknown, steps: StepRegistry): Flow<any, any> {
  const { version, nodes } = Object(json) as Partial<FlowJson>
  if (version !== FLOW_VERSION) throw new SampanError('workflow/invalid', 'The flow has version ' + String(version) + '; this Sampan runs version ' + FLOW_VERSION + '.')
  checkNodes(nodes, 'nodes', { steps, ids: [], names: ['input', 'value', 'steps'] })
  return flowOf(nodes!, steps)
}
