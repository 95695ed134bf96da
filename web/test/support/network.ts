// A network that loses some requests, and some answers after the service has done the request.

import type { TodosWritten } from "../../src/list/model.ts";
import { sleep } from "./browser.ts";
import type { Chance } from "./chance.ts";

export interface Answered {
    status: number;
    body: TodosWritten;
}

const KEY = "idempotency_key";

export class Network {
    isOffline = false;
    isFaulty = false;
    // The answers of the service by idempotency key, including lost answers.
    readonly answered = new Map<string, Answered[]>();

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
        init.signal?.throwIfAborted();
        const response = await fetch(this.address + path, init);
        await this.record(path, init, response.clone());
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

    private async record(path: string, { method, body }: RequestInit, response: Response): Promise<void> {
        if (method === "GET") {
            return;
        }
        const key = body ? JSON.parse(String(body)).idempotency_key : new URLSearchParams(path.split("?")[1]).get(KEY);
        const answer = { status: response.status, body: (await response.json()) as TodosWritten };
        this.answered.set(key, [...(this.answered.get(key) ?? []), answer]);
    }
}

function problem(status: number, code: string): Response {
    const headers = { "Content-Type": "application/problem+json", "Retry-After": "1" };
    return new Response(JSON.stringify({ type: "", title: code, detail: "", status, code }), { status, headers });
}
