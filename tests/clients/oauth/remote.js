// Signs in, from a 401 to a tool call through `mcp-remote`, which signs in for a client that speaks stdio:
// `node remote.js URL-OF-MCP ISSUER`.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { signIn } from './browser.js'

const [url, issuer] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'mcp-remote-'))
const metadata = JSON.stringify({ scope: 'mcp offline_access', application_type: 'native' })
const args = [url, '--transport', 'http-only', '--host', '127.0.0.1', '--static-oauth-client-metadata', metadata]
// No browser is opened: there is no PATH to one.
const remote = spawn(process.execPath, ['node_modules/mcp-remote/dist/proxy.js', ...args], {
    env: { ...process.env, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: 'none', PATH: '' },
})
const answers = new Map()
createInterface({ input: remote.stdout }).on('line', (line) => {
    const message = JSON.parse(line)
    answers.get(message.id)?.(message)
})
let output = ''
const authorizationUrl = new Promise((resolve) => remote.stderr.on('data', (data) => {
    output += data
    const found = output.match(/visiting:\s+(http\S+)/)
    if (found) resolve(found[1])
}))
const late = (what) => new Promise((_, reject) => setTimeout(() => reject(new Error(`${what}: ${output}`)), 60_000).unref())

function ask(id, method, params) {
    const answer = new Promise((resolve) => answers.set(id, resolve))
    remote.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
    return Promise.race([answer, late(method)])
}

try {
    const initialized = ask(1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'sign-in', version: '1' } })
    const address = new URL(await Promise.race([authorizationUrl, late('the sign-in')]))
    assert.equal(address.origin, issuer)
    const redirect = address.searchParams.get('redirect_uri')
    const back = await signIn(address, redirect)
    await fetch(`${redirect}?${back}`)
    assert.equal((await initialized).result.serverInfo.title, 'Juniper Mist')
    remote.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n')
    const answer = await ask(2, 'tools/call', { name: 'getSelf', arguments: {} })
    assert.match(answer.result.content[0].text, /privileges/)
    console.log('mcp-remote, OAuth: fine')
} finally {
    remote.kill()
}
