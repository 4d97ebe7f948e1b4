// The server under test: a program to start, or a URL.

export class Target {
    constructor(binary, url, mode = 'managed', categories = []) {
        Object.assign(this, { binary, url, mode, categories });
    }

    /** The same server, with its tools loaded in another way. */
    loading(mode, ...categories) {
        return new Target(this.binary, this.url, mode, categories);
    }

    /** The arguments of the program. */
    get arguments() {
        const categories = this.categories.length ? ['--categories', this.categories.join()] : [];
        return ['--demo', '--mode', this.mode, ...categories];
    }

    /** The URL with the settings that the program would get as flags. None if the program is started. */
    get address() {
        if (!this.url) return undefined;
        const query = [];
        if (this.mode !== 'managed') query.push(`mode=${this.mode}`);
        if (this.categories.length) query.push(`categories=${this.categories}`);
        return query.length ? `${this.url}?${query.join('&')}` : this.url;
    }
}
