// The service worker: keeps the files of the page, so that the page opens without a network. It never keeps an answer
// of the API, because the page itself keeps the todos (list/database.ts). Each build has its own worker, with the names
// of its own files.

declare const FILES: string[]; // the page and its files, relative to this worker
declare const VERSION: string; // a hash of the files
declare const self: ServiceWorkerGlobalScope;

export type {};

const CACHE = `page-${VERSION}`;

self.addEventListener("install", (event) => {
    const keep = async () => {
        const cache = await caches.open(CACHE);
        // The name of a file in assets/ contains a hash, so the copy in the cache of the browser can be used.
        const mode = (file: string) => (file.startsWith("assets/") ? "default" : "no-cache");
        await cache.addAll(FILES.map((file) => new Request(file, { cache: mode(file) })));
        await self.skipWaiting();
    };
    event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
    const takeOver = async () => {
        const names = await caches.keys();
        await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
        await self.clients.claim();
    };
    event.waitUntil(takeOver());
});

self.addEventListener("fetch", (event) => {
    const { request } = event;
    if (request.method === "GET" && request.url.startsWith(self.registration.scope)) {
        const path = new URL(request.url).pathname;
        const isPage = request.mode === "navigate" && path === new URL(self.registration.scope).pathname;
        if (isPage || path.includes("/assets/")) event.respondWith(kept(request, isPage ? "./" : request.url));
    }
});

async function kept(request: Request, name: string): Promise<Response> {
    const cache = await caches.open(CACHE);
    return (await cache.match(name)) ?? fetch(request);
}
