import { parse, type Node } from 'acorn'

type Part = Node & { name: string; computed: boolean; shorthand: boolean; operator: string; key: { value?: unknown; name?: string } }

/**
 * Globals among `names` that a file of a build reads while it is loaded: not inside a function that is called later, and
 * not behind `typeof`. Functions that a bundler keeps its modules in, and those called on the spot, are run on loading.
 * Scopes are not told apart: what is declared anywhere in the file counts as declared.
 */
export function globalsAtLoad(code: string, names: readonly string[]): string[] {
  const declared = new Set<string>()
  const read = new Set<string>()
  const walk = (parent: Part, isLoading: boolean): void => {
    for (const [key, value] of Object.entries(parent)) {
      for (const child of (Array.isArray(value) ? value : [value]) as (Part | undefined)[]) {
        if (!child || typeof child.type !== 'string') continue
        if (child.type === 'Identifier') note(child.name, parent, key, isLoading)
        walk(child, isLoading && (!/Function/.test(child.type) || isRunOnLoading(parent, key)))
      }
    }
  }
  const note = (name: string, parent: Part, key: string, isLoading: boolean): void => {
    if (isKey(parent, key) || (parent.type === 'UnaryExpression' && parent.operator === 'typeof')) return
    if (isDeclaration(parent, key)) declared.add(name)
    else if (isLoading && names.includes(name)) read.add(name)
  }
  walk(parse(code, { ecmaVersion: 2022 }) as unknown as Part, true)
  return [...read].filter(name => !declared.has(name))
}

/** `(function () {…})()`, `!function () {…}()`, and a module of webpack's: `4711: function (module, exports) {…}`. */
function isRunOnLoading({ type, key: property }: Part, key: string): boolean {
  return (type === 'CallExpression' && key === 'callee') || (type === 'Property' && /^\d+$/.test(String(property.value ?? property.name)))
}

function isKey({ type, computed, shorthand }: Part, key: string): boolean {
  if (type === 'MemberExpression') return key === 'property' && !computed
  return (type === 'Property' || type === 'MethodDefinition') && key === 'key' && !computed && !shorthand
}

function isDeclaration({ type }: Part, key: string): boolean {
  return (type === 'VariableDeclarator' && key === 'id') || key === 'params' || key === 'param' || (/^(Function|Class)/.test(type) && key === 'id')
}
