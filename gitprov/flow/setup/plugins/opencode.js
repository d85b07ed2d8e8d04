// gitprov's plug-in for OpenCode: reports prompts and tool uses to `gitprov capture opencode`.
// `gitprov install --agents opencode` wrote it, `gitprov uninstall` removes it. It never throws.
import { spawn } from "node:child_process"

const MOST = 10000 // milliseconds to wait for one report

const send = (directory, report) =>
  new Promise((resolve) => {
    try {
      const PATH = `${process.env.HOME}/.local/share/gitprov/bin:${process.env.PATH}`
      const options = { cwd: directory, env: { ...process.env, PATH }, stdio: ["pipe", "ignore", "ignore"] }
      const child = spawn("gitprov", ["capture", "opencode"], options)
      const timer = setTimeout(() => { child.kill(); resolve() }, MOST)
      const done = () => { clearTimeout(timer); resolve() }
      child.on("error", done)
      child.on("close", done)
      child.stdin.on("error", () => {})
      child.stdin.end(JSON.stringify({ directory, ...report }))
    } catch {
      resolve()
    }
  })

export const Gitprov = async ({ directory }) => {
  const sessions = new Map()
  const removed = new Map() // session → messages that an undo took out since its last prompt
  const about = (id) => ({ sessionID: id, ...sessions.get(id) })
  const learn = (id, facts) => sessions.set(id, { ...sessions.get(id), ...facts })
  const quietly = (work) => async (...args) => {
    try { await work(...args) } catch { /* an agent must never see a failure of ours */ }
  }
  const tool = (hook) => quietly(async (input, output) => {
    const { tool, sessionID, callID } = input
    const args = input.args ?? output?.args
    const answer = output?.metadata ? { metadata: output.metadata } : {}
    await send(directory, { hook, ...about(sessionID), callID, tool, args, ...answer })
  })
  return {
    "chat.message": quietly(async (input, { message, parts }) => {
      const id = message?.sessionID ?? input.sessionID
      learn(id, { model: message?.model ?? input.model })
      const texts = (parts ?? []).filter((part) => part.type === "text" && !part.synthetic)
      const prompt = texts.map((part) => part.text).join("\n")
      const undone = removed.has(id) ? { removed: removed.get(id) } : {}
      removed.delete(id)
      await send(directory, { hook: "chat.message", ...about(id), messageID: message?.id, prompt, ...undone })
    }),
    "tool.execute.before": tool("tool.execute.before"),
    "tool.execute.after": tool("tool.execute.after"),
    event: quietly(async ({ event }) => {
      const { info, sessionID, messageID } = event.properties ?? {}
      if (event.type === "message.removed") removed.set(sessionID, [...(removed.get(sessionID) ?? []), messageID])
      if (event.type === "session.created") learn(info.id, { parentID: info.parentID, version: info.version })
      if (event.type === "session.idle") await send(directory, { hook: event.type, ...about(sessionID) })
    }),
  }
}
