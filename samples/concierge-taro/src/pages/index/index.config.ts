export default definePageConfig({
  usingComponents: process.env.TARO_ENV === 'weapp' ? { 'stream-text': '../../native/stream-text/index' } : {},
  disableScroll: true,
})
