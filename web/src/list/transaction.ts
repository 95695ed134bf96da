// IndexedDB with promises.

export type Stores = (name: string) => IDBObjectStore;

// Does the work in one transaction: the database keeps all of it, or nothing.
export function transact<T>(
    db: IDBDatabase,
    names: readonly string[],
    mode: IDBTransactionMode,
    work: (store: Stores) => Promise<T>,
): Promise<T> {
    return new Promise((resolve, reject) => {
        const transaction = db.transaction(names, mode);
        let answer: T;
        transaction.oncomplete = () => resolve(answer);
        transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
        work((name) => transaction.objectStore(name)).then(
            (value) => {
                answer = value;
            },
            (error) => {
                reject(error);
                if (!transaction.error) {
                    transaction.abort();
                }
            },
        );
    });
}

export function result<T>(request: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}
