// `mcp-remote` between a desktop client, which speaks the legacy era over stdio, and the URL. Told `auto`, it speaks
// the modern era to the server.

import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { over } from './sdk.js';

export const PACKAGE = 'mcp-remote';
export const URL_ONLY = true;
export const ERAS = { legacy: { protocol: 'legacy' }, auto: { protocol: 'auto' } };

export function connect(target, { protocol }) {
    const args = [target.address, '--transport', 'http-only', '--protocol', protocol, '--silent'];
    return over(new StdioClientTransport({ command: 'mcp-remote', args, stderr: 'ignore' }), protocol === 'legacy');
}
