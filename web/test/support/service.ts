// A running `todo serve`, with a new list. The environment variable TODO is the path of the `todo` command.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { clean } from "../../src/list/apply.ts";
import type { Change, ChangesPage, Todo, TodosPage } from "../../src/list/model.ts";
import type { Request } from "../../src/list/request.ts";

export class Service {
    private constructor(
        readonly address: string,
        private readonly process: ChildProcess,
        private readonly folder: string,
    ) {}

    static async start(): Promise<Service> {
        const program = process.env.TODO;
        if (!program) {
            throw new Error("Set TODO to the program `todo`, such as ../target/debug/todo.");
        }
        const folder = mkdtempSync(join(tmpdir(), "todo-page-"));
        const child = spawn(program, ["serve", "--port", "0", "--data", join(folder, "todos.db")], {
            stdio: ["ignore", "pipe", "ignore"],
        });
        const failed = new Promise<never>((_, reject) => {
            child.once("error", reject);
            child.once("exit", (code) => reject(new Error(`todo serve ended with ${code}`)));
        });
        failed.catch(() => {});
        const address = await Promise.race([addressIn(child), failed]);
        return new Service(address, child, folder);
    }

    stop(): void {
        this.process.kill();
        rmSync(this.folder, { recursive: true, force: true });
    }

    async get<T>(path: string): Promise<T> {
        const response = await fetch(this.address + path);
        return (await response.json()) as T;
    }

    // Sends a request as another program.
    async ask<T>({ method, path, body }: Request): Promise<{ ok: boolean; status: number; answer: T }> {
        const headers = { "Content-Type": "application/json" };
        const response = await fetch(this.address + path, {
            method,
            headers,
            body: body ? JSON.stringify(body) : null,
        });
        return { ok: response.ok, status: response.status, answer: (await response.json()) as T };
    }

    // All pages of a listing.
    async pages<T extends { next_cursor?: string }>(path: string): Promise<T[]> {
        const pages: T[] = [];
        let cursor: string | undefined;
        do {
            const page: T = await this.get(cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path);
            pages.push(page);
            cursor = page.next_cursor;
        } while (cursor);
        return pages;
    }

    // All changes, the oldest first.
    async changes(): Promise<Change[]> {
        return (await this.pages<ChangesPage>("/changes?limit=100")).flatMap(({ changes }) => changes).reverse();
    }

    // All open todos, as the page shows them.
    async todos(): Promise<Todo[]> {
        return (await this.pages<TodosPage>("/todos?limit=100")).flatMap(({ todos }) => todos.map(clean));
    }
}

async function addressIn(child: ChildProcess): Promise<string> {
    if (child.stdout) {
        for await (const line of createInterface(child.stdout)) {
            const found = /http:\/\/[\w.:]+/.exec(line);
            if (found) {
                child.stdout.resume();
                return found[0];
            }
        }
    }
    throw new Error("todo serve has not said its address");
}
