declare namespace JSX {
  interface IntrinsicElements {
    'stream-text': { 'part-id': string }
  }
}
