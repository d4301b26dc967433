/** A body in a form that Douyin's pages name: an object, which it writes as JSON. A text is not among them. */
export function bodyData(body: string | undefined): unknown {
  try {
    return JSON.parse(body!)
  } catch (_noJson) {
    return body
  }
}
