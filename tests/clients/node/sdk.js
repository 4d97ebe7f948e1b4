// The official client, version 1: it speaks the legacy era alone, and does not tell which revision.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Talk } from './talk.js';

export const PACKAGE = '@modelcontextprotocol/sdk';
export const ERAS = { legacy: {} };

export function connect(place) {
    const transport = place.address
        ? new StreamableHTTPClientTransport(new URL(place.address))
        : new StdioClientTransport({ command: place.binary, args: place.arguments });
    return over(transport, true);
}

/** A connection over that transport. `grows`: whether the list follows what is switched on. */
export async function over(transport, grows) {
    const client = new Client({ name: 'story', version: '1' });
    const talk = new Talk(client, undefined, grows);
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void (talk.changes += 1));
    await client.connect(transport);
    return talk;
}
