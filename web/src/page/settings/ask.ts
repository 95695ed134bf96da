// Requests of the settings. The page sends them at once, and does not put them into the queue, because it needs the
// answer to go on.
import { ApiProblem, createApi, type Request } from "../../list/request.ts";
import { base } from "../address.ts";

const api = createApi((address, init) => fetch(address, init), base);

export interface Program {
    id: string;
    name: string;
    host: string;
    scope: "todos" | "todos:read";
    since: string;
    last_used_at?: string;
}

export interface Erased {
    erased: boolean;
    kept?: string[];
}

export async function ask<T>(method: string, path: string, more: Partial<Request> = {}): Promise<T> {
    return (await api({ method, path, ...more })).body as T;
}

// The words for the person about an error.
export function reason(error: unknown): string {
    if (error instanceof ApiProblem) {
        const { errors } = error.problem;
        if (errors?.length) {
            return errors.map(({ message }) => `This ${message}.`).join(" ");
        }
        return `${error.problem.title}. ${error.problem.detail}`;
    }
    return "The service does not answer. Try again when you are online.";
}

// Whether the service refused the request because the sign-in is too old for it.
export function isOldSignIn(error: unknown): boolean {
    return error instanceof ApiProblem && error.problem.code === "sign_in_again";
}
