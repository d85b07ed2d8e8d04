// gitprov's extension for pi: reports prompts and tool uses to `gitprov capture pi`.
// `gitprov install --agents pi` wrote it, `gitprov uninstall` removes it. It never throws.
import { spawn } from "node:child_process"

const MOST = 10000 // milliseconds to wait for one report

const send = (cwd, report) =>
  new Promise((resolve) => {
    try {
      const PATH = `${process.env.HOME}/.local/share/gitprov/bin:${process.env.PATH}`
      const options = { cwd, env: { ...process.env, PATH }, stdio: ["pipe", "ignore", "ignore"] }
      const child = spawn("gitprov", ["capture", "pi"], options)
      const timer = setTimeout(() => { child.kill(); resolve(undefined) }, MOST)
      const done = () => { clearTimeout(timer); resolve(undefined) }
      child.on("error", done)
      child.on("close", done)
      child.stdin.on("error", () => {})
      child.stdin.end(JSON.stringify(report))
    } catch {
      resolve(undefined)
    }
  })

export default function (pi) {
  for (const name of ["input", "tool_call", "tool_result", "agent_end"]) {
    pi.on(name, async (event, ctx) => {
      try {
        const cwd = ctx?.cwd ?? process.cwd()
        const file = ctx?.sessionManager?.getSessionFile?.() ?? ""
        const session_id = file.replace(/^.*_/, "").replace(/\.jsonl$/, "")
        const { type, toolName, toolCallId, input, isError, text } = { type: name, ...event }
        const report = { type, toolName, toolCallId, input, isError, text }
        await send(cwd, { event: report, cwd, session_id, session_file: file, model: ctx?.model })
      } catch { /* an agent must never see a failure of ours */ }
    })
  }
}
