// What `z` holds: what tool schemas are made of, and no more, since WeChat's "build npm" copies all of it.
export {
  any, array, boolean, discriminatedUnion, enum, int, lazy, literal, looseObject, never, null, nullable, nullish,
  number, object, optional, record, strictObject, string, tuple, union, unknown, _default,
  // what refines them
  check, describe, gt, gte, length, lt, lte, maxLength, maximum, meta, minLength, minimum, multipleOf, nonnegative,
  overwrite, positive, refine, regex, toLowerCase, trim,
  // what is built from them
  extend, omit, partial, pick, pipe, transform,
  // what uses them
  parse, parseAsync, prettifyError, safeParse, safeParseAsync,
} from 'zod/mini'
export type { infer, input, output, ZodMiniType } from 'zod/mini'
