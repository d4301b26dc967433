const { connect, streamText } = require('sampan')
const { openai } = require('sampan/endpoints/openai')
const { wechatPlatform } = require('sampan/adapters/wechat')

// Any OpenAI-compatible server. With a provider's own address add `providerKey`, which a release build refuses.
const model = openai({ connection: connect({ platform: wechatPlatform(), url: 'http://127.0.0.1:8787' }), model: 'default' })

Page({
  data: { pieces: [], error: '' },
  ask({ detail }) {
    this.onUnload()
    this.setData({ pieces: [], error: '' })
    let at = 0
    this.answer = streamText({ model, prompt: detail.value }).subscribe({
      next: delta => this.setData({ [`pieces[${at++}]`]: delta }),
      error: error => this.setData({ error: error.message }),
    })
  },
  onUnload() {
    if (this.answer) this.answer.unsubscribe()
  },
})
