// Signs in, from a 401 to a tool call with the OAuth client of the TypeScript SDK: `node sign_in.js URL-OF-MCP ISSUER`. Then it
// refreshes its token, and is refused with a token that was changed.
import assert from 'node:assert/strict'
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client'
import { signIn } from './browser.js'

const [url, issuer] = process.argv.slice(2)
const REDIRECT = 'http://127.0.0.1:9/callback'

class Person {
    redirectUrl = REDIRECT
    clientMetadata = {
        client_name: 'sign-in', redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'], token_endpoint_auth_method: 'none', scope: 'mcp offline_access', application_type: 'native',
    }
    clientInformation() { return this.client }
    saveClientInformation(client) { this.client = client }
    tokens() { return this.saved }
    saveTokens(tokens) { this.saved = tokens }
    redirectToAuthorization(requested) { this.requested = requested }
    saveCodeVerifier(verifier) { this.verifier = verifier }
    codeVerifier() { return this.verifier }
}

async function connect(person) {
    const client = new Client({ name: 'sign-in', version: '1' })
    const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: person })
    await client.connect(transport)
    return client
}

const text = (answer) => answer.content.map((block) => block.text).join('')
const person = new Person()

await assert.rejects(connect(person), UnauthorizedError)
assert.equal(person.requested.origin, issuer)
assert.equal(person.requested.searchParams.get('resource'), url)
const back = await signIn(person.requested, REDIRECT)
assert.ok(back.get('code'), String(back))
await new StreamableHTTPClientTransport(new URL(url), { authProvider: person }).finishAuth(back)

let client = await connect(person)
assert.match(text(await client.callTool({ name: 'getSelf', arguments: {} })), /privileges/)
await client.close()

// A token that has expired, or looks so, is refreshed by the client.
const before = person.saved.access_token
person.saved = { ...person.saved, access_token: before.slice(0, -8) + 'AAAAAAAA' }
client = await connect(person)
assert.match(text(await client.callTool({ name: 'getSelf', arguments: {} })), /privileges/)
assert.notEqual(person.saved.access_token, before)
await client.close()

// Another audience: the issuer's own token for its userinfo is none for this server.
const refused = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${person.saved.access_token.slice(0, -8)}AAAAAAAA`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
})
assert.equal(refused.status, 401)
assert.match(refused.headers.get('www-authenticate'), /error="invalid_token".*resource_metadata="/)

// The issuer withdraws its key: within the time that it may serve, the token is refused, and its open stream ends.
if (process.env.SIGN_IN_REVOKES) {
    const authorization = `Bearer ${person.saved.access_token}`
    const version = '2025-11-25'
    const initialize = async () => {
        const answer = await fetch(url, {
            method: 'POST',
            headers: { authorization, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': version },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'sign-in', version: '1' } } }),
        })
        await answer.text()
        return answer
    }
    const session = (await initialize()).headers.get('mcp-session-id')
    const stream = await fetch(url, { headers: { authorization, accept: 'text/event-stream', 'mcp-protocol-version': version, 'mcp-session-id': session } })
    assert.equal(stream.status, 200)
    let ended = false
    const reading = (async () => {
        for await (const _ of stream.body);
        ended = true
    })()
    await fetch(`${issuer}/rotate`, { method: 'POST' })
    const deadline = Date.now() + 240_000
    for (;;) {
        const wasOpen = !ended
        const { status } = await initialize()
        if (status === 401) break
        assert.ok(wasOpen, `the stream has ended, and the token is accepted: ${status}`)
        assert.ok(Date.now() < deadline, `still ${status}`)
        await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    await Promise.race([reading, new Promise((_, reject) => setTimeout(() => reject(new Error('the stream goes on')), 60_000).unref())])
}
console.log('node @modelcontextprotocol/client, OAuth: fine')
