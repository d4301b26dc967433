import uniModule from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

// The plug-in is CommonJS: loaded as a module, its function is one level down.
const uni = uniModule.default ?? uniModule

// zod asks for `globalThis` while it loads. Alipay forbids it, and Douyin has none at that time: it gets an object of its
// own, which says from the start that it must not make code from text.
const ownGlobal = {
  name: 'own-global',
  transform(code, id) {
    if (!/[\\/]node_modules[\\/]zod[\\/]/.test(id) || !/\bglobalThis\b/.test(code)) return null
    return { code: `const ownGlobal = { __zod_globalConfig: { jitless: true } };\n${code.replace(/\bglobalThis\b/g, 'ownGlobal')}`, map: null }
  },
}

export default defineConfig({
  plugins: [ownGlobal, uni()],
  // What an old phone can read.
  build: { target: 'es2017' },
})
