// Requests to the service. Nothing here is repeated: the queue decides when to send something again.
import type { Problem } from "./model.ts";

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

export interface Request {
    method: string;
    path: string; // with its query, below the base path
    body?: unknown; // a Blob is sent as it is, everything else as JSON
    headers?: Record<string, string>;
    patience?: number; // milliseconds
}

export interface Answer {
    status: number;
    headers: Headers;
    body: unknown; // undefined if there is none (204, 304)
}

export type Api = (request: Request) => Promise<Answer>;

// The service has refused a request (RFC 9457).
export class ApiProblem extends Error {
    constructor(
        readonly problem: Problem,
        readonly retryAfter?: number, // seconds
    ) {
        super(problem.title);
    }
}

// The service has not answered: there is no network, the answer took too long, or something between answered in place
// of the service.
export class Offline extends Error {}

const PATIENCE = 30_000;

export function createApi(fetch: Fetch, base: string): Api {
    return async ({ method, path, body, headers, patience = PATIENCE }) => {
        const isJson = body !== undefined && !(body instanceof Blob);
        let response: Response;
        let answer: unknown;
        try {
            response = await fetch(base + path, {
                method,
                headers: { ...(isJson ? { "Content-Type": "application/json" } : {}), ...headers },
                body: isJson ? JSON.stringify(body) : (body as Blob | undefined),
                cache: "no-store",
                signal: AbortSignal.timeout(patience),
            });
            // The sign-in page of a network is not an answer of the service.
            const answersJson = /[/+]json\b/.test(response.headers.get("Content-Type") ?? "");
            answer = answersJson ? await response.json() : undefined;
            if (!answersJson && response.status !== 204 && response.status !== 304) {
                throw new Offline();
            }
        } catch {
            throw new Offline();
        }
        if (response.status >= 400) {
            const wait = Number(response.headers.get("Retry-After"));
            throw new ApiProblem({ ...(answer as Problem), status: response.status }, wait || undefined);
        }
        return { status: response.status, headers: response.headers, body: answer };
    };
}

// The path with a query of the parameters that have a value.
export function withQuery(path: string, query: Record<string, string | undefined>): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value) {
            parameters.set(name, value);
        }
    }
    return parameters.size ? `${path}?${parameters}` : path;
}
