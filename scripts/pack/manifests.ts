import { manifest, OPTIONAL_PEERS, PEERS, SERVER } from './dependencies.js'
import { specifier, type Door } from './doors.js'

// The package.json files of what is published. Nobody edits them: they follow from the doors and the root package.json.

const common = {
  version: manifest.version,
  license: manifest.license,
  author: 'Sampan contributors',
  type: 'module',
  sideEffects: false,
  engines: manifest.engines,
}

/** Every door by name, and nothing else: what is not listed is private. */
function exportsOf(doors: Door[]) {
  const entries = doors.map(({ name }) => [
    specifier(name, '.'),
    { types: `./${name}.d.ts`, default: `./${name}.js` },
  ] as const)
  return { ...Object.fromEntries(entries), './package.json': './package.json' }
}

export function sampanManifest(doors: Door[]) {
  return {
    name: 'sampan',
    ...common,
    description: manifest.description,
    keywords: ['mini-program', 'miniprogram', 'wechat', 'weapp', 'alipay', 'taro', 'uni-app', 'agent', 'llm', 'ai', 'ag-ui', 'rxjs', '小程序', '智能体'],
    main: './index.js',
    module: './index.js',
    types: './index.d.ts',
    // WeChat's "build npm" ignores `exports` and copies this folder.
    miniprogram: 'miniprogram_dist',
    exports: exportsOf(doors),
    bin: { sampan: './bin/sampan.js' },
    peerDependencies: { ...PEERS, ...OPTIONAL_PEERS },
    peerDependenciesMeta: Object.fromEntries(Object.keys(OPTIONAL_PEERS).map(name => [name, { optional: true }])),
  }
}

export function serverManifest(doors: Door[]) {
  return {
    name: '@sampan/server',
    ...common,
    description: 'The gateway and the tools of Sampan, the agent SDK for mini-programs: what runs on a machine with Node.',
    keywords: ['sampan', 'gateway', 'llm', 'agent', 'mini-program', 'wechat'],
    ...(doors.some(({ name }) => name === 'index') ? { main: './index.js', types: './index.d.ts' } : {}),
    exports: exportsOf(doors),
    dependencies: { ...Object.fromEntries(SERVER.map(name => [name, manifest.dependencies[name]])), sampan: manifest.version },
    // `sampan` asks for them; named here so that an install of the gateway alone brings them.
    peerDependencies: PEERS,
    publishConfig: { access: 'public' },
  }
}
