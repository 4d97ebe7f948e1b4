// A client under test: the operations that the scenario needs, with the same interface for each client.

export class TestClient {
    /** Notifications of a changed list, as they arrived. */
    changes = 0;

    /** `grows`: whether the list follows what is switched on. */
    constructor(client, version, grows) {
        Object.assign(this, { client, version, grows });
    }

    get instructions() {
        return this.client.getInstructions();
    }

    declares(capability) {
        return this.client.getServerCapabilities()[capability] !== undefined;
    }

    async tools() {
        return (await this.client.listTools(undefined, { cacheMode: 'refresh' })).tools;
    }

    async call(tool, args = {}) {
        const { content, isError } = await this.client.callTool({ name: tool, arguments: args });
        if (content.length !== 1 || content[0].type !== 'text') {
            throw new Error(`one text is wanted: ${JSON.stringify(content)}`);
        }
        return { isError: Boolean(isError), text: content[0].text };
    }

    async prompts() {
        return (await this.client.listPrompts()).prompts;
    }

    async prompt(name, args) {
        return (await this.client.getPrompt({ name, arguments: args })).messages;
    }

    async resources() {
        return (await this.client.listResources()).resources;
    }

    async read(uri) {
        return (await this.client.readResource({ uri })).contents;
    }

    async complete(prompt, argument, typed, known) {
        const ref = { type: 'ref/prompt', name: prompt };
        const params = { ref, argument: { name: argument, value: typed }, context: { arguments: known } };
        return (await this.client.complete(params)).completion.values;
    }

    close() {
        return this.client.close();
    }
}
