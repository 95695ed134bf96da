// A network that loses requests, and answers to requests that the service has done.

import { sleep } from "./browser.ts";
import type { Chance } from "./chance.ts";

export class Network {
    isOffline = false;
    isFaulty = false;

    constructor(
        private readonly address: string,
        private readonly chance: Chance,
    ) {}

    async fetch(path: string, init: RequestInit): Promise<Response> {
        const faulty = (probability: number) => this.isFaulty && this.chance.is(probability);
        if (this.isOffline || faulty(0.1)) {
            throw new TypeError("the request is lost");
        }
        if (faulty(0.05)) {
            return problem(503, "unavailable");
        }
        if (faulty(0.2)) {
            await sleep(this.chance.below(10));
        }
        const response = await fetch(this.address + path, init);
        if (faulty(0.2)) {
            await sleep(this.chance.below(10));
        }
        if (this.isOffline || faulty(0.15)) {
            throw new TypeError("the answer is lost");
        }
        if (faulty(0.05)) {
            return problem(503, "busy");
        }
        return response;
    }
}

function problem(status: number, code: string): Response {
    const headers = { "Content-Type": "application/problem+json", "Retry-After": "1" };
    return new Response(JSON.stringify({ type: "", title: code, detail: "", status, code }), { status, headers });
}
