// Reads the pages of a listing, one after another. When something has changed, reads them again from the first page.
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { lastChange, waiting } from "../../list/store.ts";

export interface Pages<T> {
    items: ReadonlySignal<T[] | undefined>;
    total: ReadonlySignal<number | undefined>;
    failed: ReadonlySignal<boolean>;
    more: (() => void) | undefined;
    again: () => void;
}

export interface Page<T> {
    items: T[];
    next?: string;
    total?: number;
}

// `key` identifies the listing. While the page reads the same listing again, the old items stay.
export function usePages<T>(key: string, load: (cursor?: string) => Promise<Page<T>>): Pages<T> {
    const items = useSignal<T[] | undefined>(undefined);
    const next = useSignal<string | undefined>(undefined);
    const total = useSignal<number | undefined>(undefined);
    const failed = useSignal(false);
    const latest = useRef(0);
    const retry = useRef<ReturnType<typeof setTimeout>>(undefined);
    const ask = async (cursor?: string) => {
        const mine = ++latest.current;
        try {
            // The pages that the person has opened with "Show more" are read again too, so that the scroll position
            // stays.
            const wanted = cursor ? 0 : (items.peek()?.length ?? 0);
            let page = await load(cursor);
            let all = cursor ? [...(items.peek() ?? []), ...page.items] : page.items;
            while (page.next && all.length < wanted && mine === latest.current) {
                page = await load(page.next);
                all = [...all, ...page.items];
            }
            if (mine === latest.current) {
                items.value = all;
                next.value = page.next;
                total.value = page.total;
                failed.value = false;
            }
        } catch {
            if (mine === latest.current) {
                failed.value = true;
                retry.current = setTimeout(() => void ask(cursor), 3000);
            }
        }
    };
    const state = `${key} ${lastChange.value?.id} ${waiting.value.length}`;
    useEffect(() => {
        const timer = setTimeout(() => void ask(), items.value ? 150 : 0);
        return () => {
            clearTimeout(timer);
            clearTimeout(retry.current);
            latest.current++;
        };
    }, [state]);
    useEffect(() => {
        items.value = undefined;
    }, [key]);
    const cursor = next.value;
    return { items, total, failed, more: cursor ? () => void ask(cursor) : undefined, again: () => void ask() };
}
