// An assistant: another program, which changes the same todos with requests of its own.
import assert from "node:assert/strict";
import type { Problem, Todo, TodosPage, TodosWritten } from "../../src/list/model.ts";
import { type Request, withQuery } from "../../src/list/request.ts";
import type { Chance } from "./chance.ts";
import { newFields, newTodo } from "./choices.ts";
import type { Service } from "./service.ts";

interface Done {
    operation: string;
    ids: string[];
}

export class Assistant {
    // The changes of the assistant, by their ids.
    readonly did = new Map<string, Done>();
    private busy: Promise<void> = Promise.resolve();
    private count = 0;

    constructor(
        private readonly chance: Chance,
        private readonly service: Service,
    ) {}

    // Begins the next random action when the current one has ended, and does not wait for it. Meanwhile, the person
    // goes on.
    goOn(): void {
        this.busy = this.busy.then(() => this.doSomething());
        this.busy.catch(() => {});
    }

    finish(): Promise<void> {
        return this.busy;
    }

    private async doSomething(): Promise<void> {
        const { chance } = this;
        this.count += 1;
        const { todos } = await this.service.get<TodosPage>("/todos?limit=100");
        if (todos.length < 3 || chance.is(0.1)) {
            const added = Array.from({ length: 1 + chance.below(2) }, (_, i) => newTodo(chance, `A${this.count}.${i}`));
            return this.write("addTodos", [], { method: "POST", path: "/todos", body: { todos: added } });
        }
        const own = [...this.did.keys()];
        if (own.length && chance.is(0.15)) {
            const change_id = chance.one(own.slice(-5));
            const ids = this.did.get(change_id)?.ids ?? [];
            return this.write("undoChange", ids, { method: "POST", path: "/undo", body: { change_id } });
        }
        if (chance.is(0.15)) {
            const ids = [
                ...new Set([chance.popular(todos).id, ...chance.some(todos, chance.below(2)).map(({ id }) => id)]),
            ];
            return this.write("deleteTodos", ids, { method: "DELETE", path: withQuery("/todos", { ids: ids.join() }) });
        }
        const some = chance.is(0.2) ? chance.some(todos, 2 + chance.below(12)) : [chance.popular(todos)];
        return this.edit(some, todos);
    }

    private edit(some: Todo[], open: Todo[]): Promise<void> {
        const { chance } = this;
        const one = some.length === 1 ? some[0] : undefined;
        const fields = chance.is(0.2)
            ? { status: "completed" as const }
            : one
              ? newFields(chance, `A${this.count}`, one, open)
              : { add_tags: [`tag-A${this.count}`], priority: "low" as const };
        const todos = some.map(({ id }) => ({ id, ...fields }));
        const ids = some.map(({ id }) => id);
        return this.write("updateTodos", ids, { method: "PATCH", path: "/todos", body: { todos } });
    }

    // The service may refuse the request, because the person was faster or the service is busy. Then the assistant goes
    // on with its next action.
    private async write(operation: string, ids: string[], request: Request): Promise<void> {
        const { ok, status, answer } = await this.service.ask<TodosWritten & Problem>(request);
        assert.ok(ok || [404, 409, 422, 503].includes(status), JSON.stringify(answer));
        if (ok && answer.change) {
            this.did.set(answer.change.id, {
                operation,
                ids: ids.length ? ids : (answer.todos ?? []).map(({ id }) => id),
            });
        }
    }
}
