// The ES module of the library has types only under the name of its CommonJS twin.
declare module 'fast-json-patch/module/core.mjs' {
  export function applyOperation<T>(
    document: T,
    operation: object,
    validateOperation: boolean,
    mutateDocument: boolean,
    banPrototypeModifications: boolean,
  ): { newDocument: T }
}
