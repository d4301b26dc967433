/** A patch for `setData`, by path. */
export type Patch = Record<string, unknown>

interface Block { kind: string; segments: string[]; args?: unknown }
interface PageMessage { id: string; role: string; blocks: Block[] }

/**
 * The page behind `setData`, as far as the bench looks at it: how long the list is, and the text and the arguments of
 * the last message. Reading a patch here is what the other contenders do with `text += delta`.
 */
export class Page {
  listLength = 0
  characters = 0
  private blocks: Block[] = []

  setData(patch: Patch): void {
    for (const path in patch) this.set(path, patch[path])
  }

  /** The text of the last message. */
  get text(): string {
    return this.blocks.map(block => block.kind === 'text' ? block.segments.join('') : '').join('')
  }

  /** The arguments of its tool call, as far as they were sent. */
  get toolArguments(): unknown {
    return this.blocks.find(block => block.kind === 'tool')?.args
  }

  private set(path: string, value: unknown): void {
    const block = path.indexOf('.blocks[')
    if (block > 0) this.setInBlock(path.slice(block + 8), value)
    else if (path === 'messages') this.showList(value as PageMessage[])
    else if (path.endsWith(']') && path.startsWith('messages[')) this.showMessage(Number(path.slice(9, -1)), value as PageMessage)
  }

  private setInBlock(rest: string, value: unknown): void {
    const index = parseInt(rest, 10)
    const field = rest.slice(rest.indexOf(']') + 1)
    if (field === '') this.addBlock(index, value as Block)
    else if (field.startsWith('.segments[')) {
      this.blocks[index]!.segments.push(value as string)
      this.characters += (value as string).length
    } else if (field === '.args') this.blocks[index]!.args = value
  }

  private addBlock(index: number, block: Block): void {
    this.blocks[index] = block
    for (const segment of block.segments) this.characters += segment.length
  }

  private showList(messages: PageMessage[]): void {
    this.listLength = messages.length
    this.showLast(messages[messages.length - 1])
  }

  private showMessage(index: number, message: PageMessage): void {
    this.listLength = Math.max(this.listLength, index + 1)
    this.showLast(message)
  }

  private showLast(message: PageMessage | undefined): void {
    this.blocks = []
    this.characters = 0
    message?.blocks.forEach((block, index) => this.addBlock(index, block))
  }
}
