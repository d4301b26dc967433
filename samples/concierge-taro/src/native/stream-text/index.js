import { BlockReader } from '../../text-blocks'
import { takeText } from '../text-feed'

// A patch for growing text is `blocks[2].pieces[17] = '…'`, never the text again from its start.
Component({
  options: { virtualHost: true },
  properties: { partId: { type: String, value: '' } },
  data: { blocks: [] },
  observers: {
    partId(partId) {
      if (partId) this.follow(partId)
    },
  },
  lifetimes: {
    detached() {
      if (this.stop) this.stop()
    },
  },
  methods: {
    follow(partId) {
      if (this.stop) this.stop()
      const reader = new BlockReader()
      const sent = []
      this.setData({ blocks: [] })
      this.stop = takeText(partId, ({ segments, isEnded }) => {
        const patch = {}
        reader.readAll(segments, isEnded).forEach((block, index) => {
          if (sent[index] === undefined) patch[`blocks[${index}]`] = { kind: block.kind, pieces: block.pieces.slice() }
          else for (let at = sent[index]; at < block.pieces.length; at++) patch[`blocks[${index}].pieces[${at}]`] = block.pieces[at]
          sent[index] = block.pieces.length
        })
        if (Object.keys(patch).length) this.setData(patch)
      })
    },
  },
})
