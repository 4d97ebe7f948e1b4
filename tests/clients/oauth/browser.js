// A browser without a screen: follows the sign-in to the redirect of the client, and returns its parameters.
export async function signIn(url, redirect) {
    const cookies = new Map()
    let next = new URL(url)
    for (let hops = 0; hops < 20; hops++) {
        if (next.href.startsWith(redirect)) return next.searchParams
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
        const response = await fetch(next, { redirect: 'manual', headers: cookie ? { cookie } : {} })
        for (const set of response.headers.getSetCookie()) {
            const [pair] = set.split(';')
            const separator = pair.indexOf('=')
            cookies.set(pair.slice(0, separator), pair.slice(separator + 1))
        }
        const location = response.headers.get('location')
        if (!location) throw new Error(`the sign-in ended at ${next}: ${response.status} ${await response.text()}`)
        next = new URL(location, next)
    }
    throw new Error('the sign-in went in circles')
}
