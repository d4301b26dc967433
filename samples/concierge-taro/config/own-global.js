// zod asks for `globalThis` while it loads. Alipay forbids it, and Douyin has none at that time: it gets an object of its
// own, which says from the start that it must not make code from text.
module.exports = source =>
  /\bglobalThis\b/.test(source) ? `const ownGlobal = { __zod_globalConfig: { jitless: true } };\n${source.replace(/\bglobalThis\b/g, 'ownGlobal')}` : source
