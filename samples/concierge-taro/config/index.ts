import { resolve } from 'node:path'
import { defineConfig } from '@tarojs/cli'

// The address of the gateway that a build talks to. Empty: h5 asks the origin it was loaded from.
const gateway = process.env.SAMPAN_GATEWAY ?? ''

/** rxjs has a build for engines that know classes, an eighth smaller than the one for those that do not. */
const modernRxjs = { resolve: { conditionNames: ['es2015', '...'] } }

const zod = /[\\/]node_modules[\\/]zod[\\/]/

export default defineConfig({
  projectName: 'sampan-concierge',
  designWidth: 375,
  deviceRatio: { 375: 2, 750: 1 },
  sourceRoot: 'src',
  outputRoot: process.env.TARO_OUT ?? 'dist/h5',
  framework: 'react',
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  cache: { enable: false },
  defineConstants: { SAMPAN_GATEWAY: JSON.stringify(gateway) },
  // Lengths are written as they are meant: text in `calc(n * var(--u))`, all else in px. Nothing is rewritten.
  mini: {
    postcss: { pxtransform: { enable: false } },
    // Taro compiles no packages; zod is written for engines newer than those of some phones.
    compile: { include: [zod] },
    webpackChain(chain) {
      chain.merge(modernRxjs)
      chain.module.rule('own-global').test(zod).use('own-global').loader(resolve(__dirname, 'own-global.js'))
    },
  },
  h5: {
    publicPath: './',
    staticDirectory: 'static',
    router: { mode: 'hash' },
    output: { filename: 'js/[name].[contenthash:8].js', chunkFilename: 'js/[name].[contenthash:8].js' },
    miniCssExtractPluginOption: { filename: 'css/[name].[contenthash:8].css', chunkFilename: 'css/[name].[contenthash:8].css' },
    postcss: { pxtransform: { enable: false } },
  },
})
