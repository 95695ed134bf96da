//! Makes two routers from the list of operations: one with the OpenAPI document, and one without it.

use axum::http::Method;
use utoipa::openapi::HttpMethod;

/// Makes two routers and a list of operation names from one list of handlers. The Lambda function uses the router
/// without the OpenAPI document, because then the function is smaller and starts faster (docs/PERFORMANCE.md).
macro_rules! operations {
    ($($module:ident::$handler:ident),+ $(,)?) => {
        /// The router of the operations, together with the OpenAPI document.
        pub fn documented_routes() -> utoipa_axum::router::OpenApiRouter<App> {
            let components = <openapi::Components as utoipa::OpenApi>::openapi();
            utoipa_axum::router::OpenApiRouter::with_openapi(components)
                $(.routes(utoipa_axum::routes!($module::$handler)))+
        }

        /// The router of the operations, without the OpenAPI document.
        pub fn routes() -> Router<App> {
            use utoipa_axum::PathItemExt;
            Router::new()$(.route(
                &operations!(@path $module $handler),
                operations!(@methods $module $handler).iter().fold(axum::routing::MethodRouter::new(), |router, method| {
                    router.on(method.to_method_filter(), $module::$handler)
                }),
            ))+
        }

        /// The method, the path and the `operationId` of every operation.
        pub fn operation_names() -> Vec<(axum::http::Method, String, String)> {
            let mut names = Vec::new();
            $(
                for method in operations!(@methods $module $handler) {
                    let path = operations!(@path $module $handler);
                    names.push((list::method(&method), path, list::id(stringify!($handler))));
                }
            )+
            names
        }
    };
    (@path $module:ident $handler:ident) => {
        utoipa_axum::paste! { <$module::[<__path_ $handler>] as utoipa::Path>::path() }
    };
    (@methods $module:ident $handler:ident) => {
        utoipa_axum::paste! { <$module::[<__path_ $handler>] as utoipa::Path>::methods() }
    };
}

/// Converts an HTTP method of `utoipa` into the type that `axum` uses.
pub fn method(method: &HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
        HttpMethod::Options => Method::OPTIONS,
        HttpMethod::Head => Method::HEAD,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Trace => Method::TRACE,
    }
}

/// The `operationId` of a handler is the handler's name in camel case, such as `addTodos` for `add_todos`.
pub fn id(handler: &str) -> String {
    let mut words = handler.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |id, word| {
        let (initial, rest) = word.split_at(1);
        id + &initial.to_ascii_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::super::{openapi, operation_names};

    #[test]
    fn operations_have_the_names_of_the_document() {
        let document = openapi::generated(openapi::PLACEHOLDER);
        let names = operation_names();
        for (method, path, id) in &names {
            assert_eq!(document["paths"][path][method.as_str().to_lowercase()]["operationId"], **id);
        }
        let documented = document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len());
        assert_eq!(names.len(), documented.sum::<usize>());
    }
}
