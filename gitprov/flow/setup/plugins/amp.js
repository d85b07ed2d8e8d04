// @i-know-the-amp-plugin-api-is-wip-and-very-experimental-right-now
// gitprov's plug-in for Amp: reports prompts and finished tool uses to `gitprov capture amp`.
// `gitprov install --agents amp` wrote it, `gitprov uninstall` removes it. It never throws. It has no handler of
// `tool.call`: such a handler decides whether a tool runs, and that is no business of gitprov's.
import { spawn } from "node:child_process"

const MOST = 10000 // milliseconds to wait for one report

const send = (cwd, report) =>
  new Promise((resolve) => {
    try {
      const PATH = `${process.env.HOME}/.local/share/gitprov/bin:${process.env.PATH}`
      const options = { cwd, env: { ...process.env, PATH }, stdio: ["pipe", "ignore", "ignore"] }
      const child = spawn("gitprov", ["capture", "amp"], options)
      const timer = setTimeout(() => { child.kill(); resolve(undefined) }, MOST)
      const done = () => { clearTimeout(timer); resolve(undefined) }
      child.on("error", done)
      child.on("close", done)
      child.stdin.on("error", () => {})
      child.stdin.end(JSON.stringify({ ...report, cwd }))
    } catch {
      resolve(undefined)
    }
  })

const texts = (message) =>
  (message?.content ?? []).filter((block) => block?.type === "text").map((block) => block.text).join("\n")

export default function (amp) {
  const report = (name, facts) =>
    amp.on(name, async (event, ctx) => {
      try {
        const root = amp.system?.workspaceRoot
        const cwd = (root && amp.helpers?.filePathFromURI(root)) || process.cwd()
        const thread = event?.thread ?? ctx?.thread
        const parent = name === "agent.start" ? await thread?.parentThreadID?.() : undefined
        await send(cwd, { hook_event_name: name, thread_id: thread?.id, parent_thread_id: parent, ...facts(event) })
      } catch { /* an agent must never see a failure of ours */ }
    })
  report("agent.start", (event) => ({ prompt: event.message, prompt_id: event.id }))
  report("tool.result", (event) => ({
    tool_name: event.tool, tool_use_id: event.toolUseID, tool_input: event.input, status: event.status,
  }))
  report("agent.end", (event) => ({
    message: texts((event.messages ?? []).filter((message) => message?.role === "assistant").pop()),
  }))
}
