import type { ModelFunction, ModelMiddleware, RunContext, RunFunction, RunMiddleware } from '../contracts.js'

/** Puts run middleware around a run; the first in the list is the outermost. */
export function composeRun(middleware: readonly RunMiddleware[], run: RunFunction): RunFunction {
  return compose(middleware, run)
}

/** Puts model middleware around a model; the first in the list is the outermost. */
export function composeModel(middleware: readonly ModelMiddleware[], model: ModelFunction): ModelFunction {
  return compose(middleware, model)
}

type Call<Input, Output> = (input: Input, context: RunContext) => Output
type Wrap<Input, Output> = (input: Input, context: RunContext, next: Call<Input, Output>) => Output

function compose<Input, Output>(wraps: readonly Wrap<Input, Output>[], inner: Call<Input, Output>): Call<Input, Output> {
  return wraps.reduceRight<Call<Input, Output>>((next, wrap) => (input, context) => wrap(input, context, next), inner)
}
