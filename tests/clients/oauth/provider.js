// A certified OpenID provider (oidc-provider) on loopback, whose one user, alice, consents to everything: it prints its
// address. `node provider.js RESOURCE` issues JWT access tokens for that resource. POST /rotate replaces its signing key.
import { createServer } from 'node:http'
import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'

const [resource] = process.argv.slice(2)
const SCOPES = 'openid offline_access mcp'

function key(id) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    return { ...privateKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: 'RS256' }
}

function made(issuer, keys) {
    const provider = new Provider(issuer, {
        jwks: { keys },
        clients: [],
        scopes: SCOPES.split(' '),
        claims: { openid: ['sub'] },
        cookies: { keys: ['a key of this run alone'] },
        pkce: { required: () => true },
        ttl: { AccessToken: 60, RefreshToken: 3600, Grant: 3600, Session: 3600, Interaction: 600, AuthorizationCode: 60, IdToken: 60 },
        findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
        extraTokenClaims: () => ({ groups: ['network-team'] }),
        issueRefreshToken: () => true,
        features: {
            devInteractions: { enabled: false },
            registration: { enabled: true },
            resourceIndicators: {
                enabled: true,
                defaultResource: () => resource,
                useGrantedResource: () => true,
                getResourceServerInfo: (_, indicator) => {
                    if (indicator !== resource) throw new Error(`another resource: ${indicator}`)
                    return { scope: 'mcp', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 60 }
                },
            },
        },
        interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    })
    provider.on('server_error', (_, error) => console.error('provider:', error))
    return provider
}

async function interact(provider, request, response) {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response)
    if (prompt.name === 'login') {
        return provider.interactionFinished(request, response, { login: { accountId: 'alice' } })
    }
    const grant = (grantId && (await provider.Grant.find(grantId)))
        || new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
    const { missingOIDCScope = [], missingResourceScopes = {} } = prompt.details
    if (missingOIDCScope.length) grant.addOIDCScope(missingOIDCScope.join(' '))
    for (const [indicator, scopes] of Object.entries(missingResourceScopes)) {
        grant.addResourceScope(indicator, scopes.join(' '))
    }
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

const server = createServer()
server.listen(0, '127.0.0.1', () => {
    const issuer = `http://127.0.0.1:${server.address().port}`
    const first = key('first')
    let provider = made(issuer, [first])
    server.on('request', (request, response) => {
        if (request.url === '/rotate') {
            // Clients and grants are those of the process; the first key is withdrawn.
            provider = made(issuer, [key('second')])
            response.end()
        } else if (request.url.startsWith('/interaction/')) {
            interact(provider, request, response).catch((error) => {
                console.error('interaction:', error)
                response.writeHead(500).end(String(error))
            })
        } else {
            provider.callback()(request, response)
        }
    })
    console.log(issuer)
})
