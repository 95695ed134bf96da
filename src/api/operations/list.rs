//! Makes two routers from the list of operations: one router with the OpenAPI document, and one router without the
//! document. The list also says which operations are in the OpenAPI document.

use axum::http::Method;
use utoipa::openapi::HttpMethod;

/// Declares all operations. The operations in the OpenAPI document and in the list of MCP tools come first. Then come
/// the operations that clients can call, but that are not in the document and not in the list. Makes two routers and a
/// list of [`Declared`] from this declaration. The Lambda function uses the router without the OpenAPI document,
/// because then the function is smaller and starts faster (docs/PERFORMANCE.md).
macro_rules! operations {
    (
        shown: { $($shown:ident::$shown_handler:ident),+ $(,)? }
        only_answered: { $($hidden:ident::$hidden_handler:ident),+ $(,)? }
    ) => {
        /// The router of the operations in the OpenAPI document, together with this document.
        pub fn documented_routes() -> utoipa_axum::router::OpenApiRouter<App> {
            let components = <openapi::Components as utoipa::OpenApi>::openapi();
            utoipa_axum::router::OpenApiRouter::with_openapi(components)
                $(.routes(utoipa_axum::routes!($shown::$shown_handler)))+
        }

        /// The router of all operations, without the OpenAPI document.
        pub fn routes() -> Router<App> {
            use utoipa_axum::PathItemExt;
            Router::new()
                $(.route(&operations!(@path $shown $shown_handler), operations!(@router $shown $shown_handler)))+
                $(.route(&operations!(@path $hidden $hidden_handler), operations!(@router $hidden $hidden_handler)))+
        }

        /// All operations.
        pub fn declared_operations() -> Vec<list::Declared> {
            let mut declared = Vec::new();
            $(operations!(@declare declared $shown $shown_handler true);)+
            $(operations!(@declare declared $hidden $hidden_handler false);)+
            declared
        }
    };
    (@router $module:ident $handler:ident) => {
        operations!(@methods $module $handler).iter().fold(axum::routing::MethodRouter::new(), |router, method| {
            router.on(method.to_method_filter(), $module::$handler)
        })
    };
    (@declare $declared:ident $module:ident $handler:ident $is_shown:literal) => {
        for method in operations!(@methods $module $handler) {
            $declared.push(list::Declared {
                method: list::method(&method),
                path: operations!(@path $module $handler),
                name: list::id(stringify!($handler)),
                is_shown: $is_shown,
            });
        }
    };
    (@path $module:ident $handler:ident) => {
        utoipa_axum::paste! { <$module::[<__path_ $handler>] as utoipa::Path>::path() }
    };
    (@methods $module:ident $handler:ident) => {
        utoipa_axum::paste! { <$module::[<__path_ $handler>] as utoipa::Path>::methods() }
    };
}

/// An operation of the list `operations!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    pub method: Method,
    /// The path, such as `/todos/{id}`.
    pub path: String,
    /// The `operationId`, such as `addTodos`. This is also the name of the MCP tool.
    pub name: String,
    /// Whether the operation is in the OpenAPI document and in the list of MCP tools. Clients can call every operation,
    /// over HTTP and as an MCP tool. If a conversation began with an earlier version of the service, the assistant may
    /// still call an operation that is no longer shown.
    pub is_shown: bool,
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
    use super::super::{declared_operations, openapi};

    #[test]
    fn operations_have_the_names_of_the_document() {
        let document = openapi::generated(openapi::PLACEHOLDER);
        let declared = declared_operations();
        for operation in &declared {
            let documented = &document["paths"][&operation.path][operation.method.as_str().to_lowercase()];
            assert_eq!(documented["operationId"] == operation.name, operation.is_shown, "{operation:?}");
            assert_eq!(documented.is_null(), !operation.is_shown, "{operation:?}");
        }
        let documented = document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len());
        assert_eq!(declared.iter().filter(|operation| operation.is_shown).count(), documented.sum::<usize>());
    }
}
