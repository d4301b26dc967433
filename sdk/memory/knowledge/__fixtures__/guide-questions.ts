import { readFileSync } from 'node:fs'
import type { KnowledgeDocument } from '../index.js'

/**
 * The sections of all guides as they were when the questions were written, one document each: `page` for what stands before
 * the first heading, else `page#heading`. A copy, since a rate over texts that change says nothing of the method.
 */
export function guideSections(language: 'zh' | 'en'): KnowledgeDocument[] {
  const pages = readFileSync(new URL('guides-' + language + '.txt', import.meta.url), 'utf8').split(/^=== /m).slice(1)
  return pages.flatMap(page => {
    const [lead = '', ...sections] = page.replace(/^\[.*\]\(.*\)$|<!--[^]*?-->/gm, '').split(/^## /m)
    const [, id = '', title = '', text = ''] = /^(.+)\n+# (.+)([^]*)/.exec(lead) ?? []
    return [
      { id, title, text },
      ...sections.map(section => {
        const [heading = '', ...lines] = section.split('\n')
        const plain = heading.replace(/`/g, '')
        return { id: id + '#' + plain, title: title + ': ' + plain, text: lines.join('\n') }
      }),
    ]
  })
}

// Held out: nothing in the method was chosen by which of these are found. Do not tune to them, and do not change a question
// because it is not found.

export const heldOutChinese: [question: string, id: string][] = [
  ['下完单就让智能体停下来', 'agent-loop'],
  ['不同步骤换不同的模型', 'agent-loop'],
  ['限制同时跑几个工具', 'agent-loop'],
  ['怎么标注这是 AI 写的', 'ai-labels'],
  ['深度合成备案合规要求', 'ai-labels'],
  ['用户复制回答时带上声明', 'ai-labels'],
  ['执行前弹窗让用户确认', 'approvals'],
  ['记住用户的选择，下次别再问', 'approvals'],
  ['小额付款不用确认', 'approvals'],
  ['每天最多用多少 token', 'budget'],
  ['花了多少钱怎么统计', 'budget#用量报告'],
  ['快超额时给用户提示', 'budget'],
  ['用户点踩之后收集原因', 'feedback'],
  ['导出评价数据做微调', 'feedback'],
  ['敏感词过滤', 'guardrails'],
  ['流式输出时发现违规内容要撤回', 'guardrails'],
  ['防止提示词注入', 'guardrails#工具返回的内容'],
  ['把智能体部署到服务器上', 'hosting-agents'],
  ['服务端的智能体想用手机定位', 'hosting-agents#从手机使用'],
  ['网页端怎么调用我的智能体', 'hosting-agents#从任何 AG-UI 客户端使用'],
  ['只让会员用某个智能体', 'hosting-agents#谁能运行'],
  ['聊天记录会不会存在服务器上', 'hosting-agents#保存什么'],
  ['一次运行最长多少分钟', 'hosting-agents#限制'],
  ['上下文太长超过模型窗口', 'memory#长对话：compaction'],
  ['记住用户的偏好和过敏信息', 'memory#笔记：workingMemory'],
  ['本地知识库检索', 'memory#自己的资料：createKnowledge'],
  ['提示词里插入变量', 'memory#提示词：template、fewShot'],
  ['接入 OpenTelemetry 监控', 'observability#追踪'],
  ['线上报错怎么上报', 'observability#错误'],
  ['日志会不会泄露用户聊天内容', 'observability#追踪'],
  ['调用失败自动再试几次', 'resilience#retry 重试'],
  ['重试间隔怎么算', 'resilience#retry 重试'],
  ['主模型挂了自动切换备用模型', 'resilience#fallback 后备'],
  ['接口一直失败先别再请求', 'resilience#breaker 熔断'],
  ['相同的问题不想重复花钱', 'resilience#cache 缓存'],
  ['用户点了停止按钮', 'stop'],
  ['中止生成后服务器还会继续扣费吗', 'stop'],
  ['让模型返回固定格式的对象', 'structured-output'],
  ['边生成边渲染表单', 'structured-output'],
  ['格式不对时让模型重新生成', 'structured-output'],
  ['主智能体调用子智能体', 'sub-agents#作为工具的智能体'],
  ['转接给另一个智能体', 'sub-agents#团队'],
  ['关掉小程序后聊天记录还在吗', 'threads-and-users'],
  ['一部手机两个账号', 'threads-and-users#对话是谁的'],
  ['注销账号时清除所有数据', 'threads-and-users#对话是谁的'],
  ['历史消息最多存多少条', 'threads-and-users#保留多少'],
  ['换手机后同步聊天记录', 'threads-and-users#网关里的副本'],
  ['怎么写一个函数给模型调用', 'tools'],
  ['工具执行很慢怎么显示进度', 'tools'],
  ['崩溃后重复扣款怎么避免', 'tools'],
  ['流程中间等用户选择再往下走', 'workflows'],
  ['多个步骤并发执行', 'workflows'],
  ['不发版就能更新流程', 'workflows'],
  ['画出流程图', 'workflows'],
]

export const heldOutEnglish: [question: string, id: string][] = [
  ['how do I make the agent stop after it has placed the order', 'agent-loop'],
  ['use a cheaper model for the first step', 'agent-loop'],
  ['run no more than three tools in parallel', 'agent-loop'],
  ['show the user that text was written by AI', 'ai-labels'],
  ['Chinese law on marking generated content', 'ai-labels'],
  ['copied text should carry a notice', 'ai-labels'],
  ['ask the user before a tool runs', 'approvals'],
  ["don't ask again next time for this tool", 'approvals'],
  ['allow small purchases without confirmation', 'approvals'],
  ['limit how many tokens a user can burn per day', 'budget'],
  ['compute what the conversation has cost', 'budget#A report'],
  ['thumbs up and thumbs down buttons', 'feedback'],
  ['export user ratings to fine-tune the model', 'feedback'],
  ['filter swear words before they reach the model', 'guardrails'],
  ['hide harmful output while streaming', 'guardrails'],
  ['prompt injection from an email', 'guardrails#What tools return'],
  ['run the agent on my server instead of the phone', 'hosting-agents'],
  ['let the hosted agent use the location of the phone', 'hosting-agents#From a phone'],
  ['call my agent from a React web page', 'hosting-agents#From any AG-UI client'],
  ['restrict which users can use an agent', 'hosting-agents#Who may run them'],
  ['does the server store the chat history', 'hosting-agents#What is kept'],
  ['how long may a hosted run take', 'hosting-agents#Limits'],
  ['context window is getting too long', 'memory#Long conversations: compaction'],
  ["remember the user's name across sessions", 'memory#A note: workingMemory'],
  ['search my own FAQ on the device', 'memory#Your own texts: createKnowledge'],
  ['few-shot examples in the prompt', 'memory#Prompts: template, fewShot'],
  ['send spans to OpenTelemetry', 'observability#Traces'],
  ['report crashes to Sentry', 'observability#Errors'],
  ['is private chat content logged in traces', 'observability#Traces'],
  ['try again when the model call fails', 'resilience#retry'],
  ['exponential backoff', 'resilience#retry'],
  ['switch to another provider when the first is down', 'resilience#fallback'],
  ['stop calling an endpoint that keeps failing', 'resilience#breaker'],
  ['save money on repeated questions', 'resilience#cache'],
  ['user presses the stop button while the answer is generating', 'stop'],
  ['does cancelling also stop billing on the server', 'stop'],
  ['get a typed object instead of text', 'structured-output'],
  ['the JSON does not validate, ask the model to fix it', 'structured-output'],
  ['show a form while the JSON is being generated', 'structured-output'],
  ['call one agent from another', 'sub-agents#An agent as a tool'],
  ['transfer the chat to the billing agent', 'sub-agents#A team'],
  ['keep chats when the app is closed', 'threads-and-users'],
  ['two people share one phone', 'threads-and-users#Whose thread it is'],
  ['delete all data of a user', 'threads-and-users#Whose thread it is'],
  ['how many old messages are stored', 'threads-and-users#How much is kept'],
  ['sync history between devices', 'threads-and-users#The copy at the gateway'],
  ['define a function the model can call', 'tools'],
  ['progress bar while a tool is running', 'tools'],
  ['avoid charging the customer twice after a crash', 'tools'],
  ['wait for confirmation in the middle of a process', 'workflows'],
  ['run steps at the same time and merge the results', 'workflows'],
  ['download a flow without publishing a new version', 'workflows'],
  ['draw the flow as a diagram', 'workflows'],
]
