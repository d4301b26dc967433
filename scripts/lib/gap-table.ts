import { MARKS, type Language } from './knowledge-marks.js'
import type { Client, Feature, Gaps, HostFacts } from '../../adapters/shared/host-facts.js'
import { BROKEN, CLOSES, CUTS, EARLY_HEAD, PIECES, STATUS, UPLOAD_STATUS } from '../../adapters/shared/gaps.js'
import { PLATFORM_BEHAVIOURS } from '../../sdk/testkit/platform-suite.js'

// What hosts lack, for the documentation: from the same data that their tests are run by.

const HEAD = {
  en: ['Host', 'Which', 'What it does not', 'Why', 'How that is known'],
  zh: ['宿主', '哪一种', '做不到的事', '原因', '依据'],
}
const ORDINARY = { en: 'any', zh: '一般' }

/** The behaviours that some host lacks, in Chinese. */
const IN_CHINESE: Record<string, string> = {
  [PIECES]: '边发边交出流的各块',
  [CUTS]: '无论字节怎样切分，不丢也不重',
  [EARLY_HEAD]: '正文结束之前告知状态码与响应头',
  [STATUS]: '任何状态码都算回答，并带正文',
  [UPLOAD_STATUS]: '上传时任何状态码都算回答',
  [CLOSES]: '中止时关闭连接',
  [BROKEN]: '连接中途断开时失败一次',
}

/** The rows of the table, the head first. What a client lacks that the ordinary one lacks too is not said again. */
export function gapTable(list: readonly HostFacts[], language: Language): string[][] {
  const rows = list.flatMap(facts => {
    const others = facts.clients.map(({ title, gaps }): Client => ({ title, gaps: without(gaps, facts.gaps) }))
    return [{ title: ORDINARY, gaps: facts.gaps }, ...others].flatMap(({ title, gaps }) => Object.entries(gaps).map(([gap, why]) =>
      [`\`${facts.name}\``, title[language], wordsOf(gap, language), why[language], MARKS[facts.known[featureOf(gap)]]]))
  })
  return [HEAD[language], ...rows]
}

function without(gaps: Gaps, known: Gaps): Gaps {
  return Object.fromEntries(Object.entries(gaps).filter(([gap, why]) => known[gap]?.en !== why.en))
}

/** What a gap is about. It is the title of a behaviour, or the name of a member of the port. */
function featureOf(gap: string): Feature {
  const behaviour = PLATFORM_BEHAVIOURS.find(({ title, needs }) => title === gap || needs === gap)
  if (!behaviour) throw new Error(`platformSuite has no behaviour "${gap}", and none that needs it`)
  return behaviour.about ?? 'request'
}

function wordsOf(gap: string, language: Language): string {
  if (!PLATFORM_BEHAVIOURS.some(({ title }) => title === gap)) return `\`${gap}\``
  if (language === 'en') return gap
  if (!IN_CHINESE[gap]) throw new Error(`scripts/lib/gap-table.ts does not say "${gap}" in Chinese`)
  return IN_CHINESE[gap]
}
