// A menu behind a button. The menu closes when the person presses outside of it, moves the focus out of it, or presses
// Escape.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../icons.tsx";

export function Menu({ name, children }: { name: string; children: ComponentChildren }) {
    const menu = useRef<HTMLDetailsElement>(null);
    useEffect(() => {
        const closeOutside = ({ target, type }: Event) => {
            const at = menu.current;
            if (at && target instanceof Node && !at.contains(target)) {
                // The menu stays open if the focus moves to an element around the menu: a press on a text of the menu
                // does this.
                at.open &&= type === "focusin" && target.contains(at);
            }
        };
        document.addEventListener("pointerdown", closeOutside);
        document.addEventListener("focusin", closeOutside);
        return () => {
            document.removeEventListener("pointerdown", closeOutside);
            document.removeEventListener("focusin", closeOutside);
        };
    }, []);
    const press = (event: KeyboardEvent) => {
        if (event.key === "Escape" && menu.current?.open) {
            event.stopPropagation();
            menu.current.open = false;
            menu.current.querySelector("summary")?.focus();
        }
    };
    return (
        <details
            class="list-tools"
            ref={menu}
            onKeyDown={press}
            onToggle={() => menu.current?.lastElementChild?.scrollIntoView({ block: "nearest" })}
        >
            <summary class="plain-icon" title={name}>
                <Icon name="more" />
                <span class="hidden">{name}</span>
            </summary>
            <div class="list-menu">{children}</div>
        </details>
    );
}

// An item of a menu. A press closes the menu, and moves the focus back to the button of the menu.
export function MenuItem({ name, kind = "", run }: { name: string; kind?: string; run: () => void }) {
    const press = (item: HTMLElement) => {
        const menu = item.closest("details");
        menu?.removeAttribute("open");
        menu?.querySelector("summary")?.focus();
        run();
    };
    return (
        <button type="button" class={`tool ${kind}`} onClick={(event) => press(event.currentTarget)}>
            {name}
        </button>
    );
}
