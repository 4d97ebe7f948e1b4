// The host's side, in the browser: each view in a sandboxed frame, behind the AppBridge of @modelcontextprotocol/ext-apps.

import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

const HOST = { name: 'mistmcp-tests', version: '1' };

/** Shows a view, hands it a result, and notes what it tells the host. */
window.showView = async ({ html, result, context = {}, cancelled = false, calls = {}, takesCalls = true }) => {
    const frame = document.createElement('iframe');
    frame.title = 'View';
    frame.sandbox = 'allow-scripts';
    Object.assign(frame.style, { width: '100%', height: '200px', border: '0', display: 'block' });
    document.body.replaceChildren(frame);
    const told = { sizes: [], calls: [], modes: [], messages: [], ready: false };
    window.told = told;
    const bridge = new AppBridge(null, HOST, takesCalls ? { serverTools: {} } : {}, { hostContext: context });
    window.bridge = bridge;
    bridge.onsizechange = ({ height }) => {
        told.sizes.push(height);
        frame.style.height = `${height}px`;
    };
    bridge.oncalltool = async (params) => {
        told.calls.push(params);
        const answer = calls[params.name];
        if (!answer) throw new Error(`There is no tool ${params.name}`);
        return answer;
    };
    bridge.onrequestdisplaymode = async ({ mode }) => {
        told.modes.push(mode);
        return { mode };
    };
    const initialized = new Promise((resolve) => { bridge.oninitialized = resolve; });
    frame.srcdoc = html;
    await new Promise((resolve) => { frame.addEventListener('load', resolve, { once: true }); bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow)); });
    await initialized;
    told.app = bridge.getAppVersion();
    await bridge.sendToolInput({ arguments: {} });
    if (cancelled) await bridge.sendToolCancelled({ reason: 'by a test' });
    if (result) await bridge.sendToolResult(result);
};
