import type { RunContext } from '../contracts.js'

type Call<Input, Output> = (input: Input, context: RunContext) => Output
type Wrap<Input, Output> = (input: Input, context: RunContext, next: Call<Input, Output>) => Output

/** Puts middleware around a run, or around a model, which keeps its `info`; the first in the list is the outermost. */
export function compose<Input, Output>(middleware: readonly Wrap<Input, Output>[], inner: Call<Input, Output>): Call<Input, Output> {
  return middleware.reduceRight<Call<Input, Output>>((next, wrap) => Object.assign((input: Input, context: RunContext) => wrap(input, context, next), inner), inner)
}
