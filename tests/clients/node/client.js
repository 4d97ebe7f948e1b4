// The official client, version 2: it speaks both eras, and the legacy one unless it is told.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Talk } from './talk.js';

export const PACKAGE = '@modelcontextprotocol/client';
export const ERAS = {
    'by default': { mode: undefined, version: '2025-11-25' },
    auto: { mode: 'auto', version: '2026-07-28' },
    '2026-07-28': { mode: { pin: '2026-07-28' }, version: '2026-07-28' },
};

export async function connect(place, { mode, version }) {
    const negotiation = mode && { versionNegotiation: { mode } };
    const client = new Client({ name: 'story', version: '1' }, negotiation);
    const talk = new Talk(client, version, version < '2026');
    client.setNotificationHandler('notifications/tools/list_changed', () => void (talk.changes += 1));
    const transport = place.address
        ? new StreamableHTTPClientTransport(new URL(place.address))
        : new StdioClientTransport({ command: place.binary, args: place.arguments });
    await client.connect(transport);
    talk.speaks = client.getNegotiatedProtocolVersion();
    return talk;
}
