// The official client, version 2: it speaks both eras, and the legacy one unless it is configured otherwise.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { TestClient } from './test_client.js';

export const PACKAGE = '@modelcontextprotocol/client';
export const ERAS = {
    'by default': { mode: undefined, version: '2025-11-25' },
    auto: { mode: 'auto', version: '2026-07-28' },
    '2026-07-28': { mode: { pin: '2026-07-28' }, version: '2026-07-28' },
};

export async function connect(target, { mode, version }) {
    const negotiation = mode && { versionNegotiation: { mode } };
    const client = new Client({ name: 'scenario', version: '1' }, negotiation);
    const testClient = new TestClient(client, version, version < '2026');
    client.setNotificationHandler('notifications/tools/list_changed', () => void (testClient.changes += 1));
    const transport = target.address
        ? new StreamableHTTPClientTransport(new URL(target.address))
        : new StdioClientTransport({ command: target.binary, args: target.arguments });
    await client.connect(transport);
    testClient.speaks = client.getNegotiatedProtocolVersion();
    return testClient;
}
