//! The id of the request that the program is answering. Every line of the log about this request contains it.

use std::future::Future;

tokio::task_local! {
    static CURRENT: String;
}

/// Runs `future` as part of the request with this id.
pub async fn within<F: Future>(id: String, future: F) -> F::Output {
    CURRENT.scope(id, future).await
}

/// The id of the request that this task answers; `none` outside of requests.
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_else(|_| "none".to_owned())
}
