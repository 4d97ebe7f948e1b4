// The official client, version 1: it speaks the legacy era alone, and does not expose the revision.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { TestClient } from './test_client.js';

export const PACKAGE = '@modelcontextprotocol/sdk';
export const ERAS = { legacy: {} };

export function connect(target) {
    const transport = target.address
        ? new StreamableHTTPClientTransport(new URL(target.address))
        : new StdioClientTransport({ command: target.binary, args: target.arguments });
    return over(transport, true);
}

/** A connection over that transport. `grows`: whether the list follows what is switched on. */
export async function over(transport, grows) {
    const client = new Client({ name: 'scenario', version: '1' });
    const testClient = new TestClient(client, undefined, grows);
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void (testClient.changes += 1));
    await client.connect(transport);
    return testClient;
}
