// A simulated service for tests. It has some todos, records the requests, and fails when the test wants it.
import type { Change, Todo } from "../../src/list/model.ts";

export interface Asked {
    method: string;
    path: string;
    body?: Record<string, unknown>;
    headers: Record<string, string>;
}

type Fault = "lost request" | "lost answer" | { status: number; code: string; after?: number };

export class FakeService {
    readonly todos = new Map<string, Todo>();
    readonly changes: Change[] = [];
    readonly asked: Asked[] = [];
    // The faults of the next requests. Each fault affects one request whose method and path begin with `on`.
    readonly faults: { on: string; what: Fault }[] = [];
    isOffline = false;
    session = { authentication: "api_key", signed_in: true, person: "one" };
    private readonly done = new Map<string, unknown>();
    private ids = 0;

    readonly fetch = async (address: string, init: RequestInit): Promise<Response> => {
        const method = init.method ?? "GET";
        const asked = {
            method,
            path: address,
            body: init.body ? JSON.parse(String(init.body)) : undefined,
            headers: { ...(init.headers as Record<string, string>) },
        };
        this.asked.push(asked);
        await new Promise((resolve) => setTimeout(resolve, 1));
        const index = this.faults.findIndex(({ on }) => `${method} ${address}`.startsWith(on));
        const fault = index >= 0 ? this.faults.splice(index, 1)[0]?.what : undefined;
        if (this.isOffline || fault === "lost request") {
            throw new TypeError("no network");
        }
        if (typeof fault === "object") {
            return problem(fault.status, fault.code, fault.after);
        }
        const answer = this.answer(asked);
        if (fault === "lost answer") {
            throw new TypeError("no network");
        }
        return answer;
    };

    // All requests that can change todos: not those with GET, and not those about the session.
    writes(): Asked[] {
        return this.asked.filter(({ method, path }) => method !== "GET" && !path.startsWith("/session"));
    }

    add(todo: Omit<Todo, "id">): Todo {
        this.ids += 1;
        const added = { version: 1, ...todo, id: `id${String(this.ids).padStart(8, "0")}` };
        this.todos.set(added.id, added);
        return added;
    }

    // Somebody else changes a todo.
    change(id: string, fields: Partial<Todo>): void {
        const todo = this.todos.get(id);
        if (todo) {
            const version = (todo.version ?? 1) + 1;
            this.todos.set(id, { ...todo, ...fields, version });
            this.record([id], "updateTodos");
        }
    }

    record(ids: string[], operation: string): Change {
        const todos = ids.map((id) => ({ id, title: this.todos.get(id)?.title ?? "" }));
        const id = `change${String(this.changes.length).padStart(10, "0")}`;
        const change = { id, at: new Date().toISOString(), operation, todos };
        this.changes.unshift(change);
        return change;
    }

    private answer({ method, path, body, headers }: Asked): Response {
        const { pathname, searchParams } = new URL(path, "http://service");
        if (pathname === "/session") {
            if (method === "DELETE") {
                this.session = { ...this.session, signed_in: false };
            }
            return method === "GET" ? json(this.session) : new Response(null, { status: 204 });
        }
        if (!this.session.signed_in) {
            return problem(401, "no_credential");
        }
        if (method === "GET") {
            return this.read(pathname, searchParams, headers);
        }
        const key = String(body?.idempotency_key ?? searchParams.get("idempotency_key"));
        const before = this.done.get(key);
        if (before) {
            return json({ ...before, replayed: true });
        }
        const answer = this.write(method, pathname, searchParams, body);
        if (!(answer instanceof Response)) {
            this.done.set(key, answer);
            return json(answer);
        }
        return answer;
    }

    private read(path: string, query: URLSearchParams, headers: Record<string, string>): Response {
        const now = { date: "2026-11-28", time: "12:00", weekday: "saturday", time_zone: "UTC", utc_offset: "+00:00" };
        if (path === "/overview") {
            const settings = { time_zone: "UTC", week_start: "mon", default_list: "Inbox" };
            return json({ now, settings, lists: [{ name: "Inbox", open: 0 }], tags: [] });
        }
        if (path === "/changes") {
            const etag = `W/"${this.changes.length}"`;
            return headers["If-None-Match"] === etag
                ? new Response(null, { status: 304 })
                : json({ changes: this.changes.slice(0, Number(query.get("limit"))), now }, { ETag: etag });
        }
        if (path === "/todos") {
            const todos = [...this.todos.values()].filter(({ status }) => !status);
            const from = Number(query.get("cursor") ?? 0);
            const next_cursor = from + 100 < todos.length ? String(from + 100) : undefined;
            return json({ todos: todos.slice(from, from + 100), next_cursor, now });
        }
        const todo = this.todos.get(path.slice("/todos/".length));
        return todo ? json({ todo }) : problem(404, "not_found");
    }

    private write(method: string, path: string, query: URLSearchParams, body: Record<string, unknown> = {}): unknown {
        if (path === "/undo") {
            const todos = (this.changes.find(({ id }) => id === body.change_id)?.todos ?? []).map(({ id }) => id);
            return this.written(todos, "undoChange");
        }
        if (method === "POST") {
            return this.written(
                (body.todos as Todo[]).map((todo) => this.add(todo).id),
                "addTodos",
            );
        }
        if (method === "DELETE") {
            const ids = (query.get("ids") ?? "").split(",");
            for (const id of ids) {
                this.set(id, { status: "deleted" });
            }
            return this.written(ids, "deleteTodos");
        }
        const edits = body.todos as (Todo & { expected_version?: number })[];
        const current = edits.map(({ id }) => this.todos.get(id));
        if (edits.some(({ expected_version }, i) => expected_version && expected_version !== current[i]?.version)) {
            return problem(409, "conflict", undefined, current);
        }
        for (const { id, expected_version: _, status, ...fields } of edits) {
            this.set(id, { ...fields, status: status === "open" ? undefined : status });
        }
        return this.written(
            edits.map(({ id }) => id),
            "updateTodos",
        );
    }

    private set(id: string, fields: Partial<Todo>): void {
        const todo = this.todos.get(id);
        if (todo) {
            this.todos.set(id, { ...todo, ...fields, version: (todo.version ?? 1) + 1 });
        }
    }

    private written(ids: string[], operation: string) {
        const { id } = this.record(ids, operation);
        const todos = ids.map((todo) => this.todos.get(todo));
        const change = { id, undo_until: "" };
        return ids.length > 10 && operation !== "addTodos"
            ? { found: { total: ids.length }, change }
            : { todos, change };
    }
}

function json(value: unknown, headers?: Record<string, string>): Response {
    return new Response(JSON.stringify(value), { headers: { "Content-Type": "application/json", ...headers } });
}

function problem(status: number, code: string, after?: number, current?: unknown): Response {
    const headers = {
        "Content-Type": "application/problem+json",
        ...(after ? { "Retry-After": String(after) } : {}),
    };
    return new Response(JSON.stringify({ type: "", title: code, detail: "", status, code, current }), {
        status,
        headers,
    });
}
