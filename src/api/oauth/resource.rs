//! Compares the parameter `resource` (RFC 8707) with the addresses of this deployment.

use url::Url;

/// The path of the MCP endpoint below the address of the deployment.
pub const MCP: &str = "/mcp";

/// Whether each of these resources is the address of the API or the address of the MCP endpoint of this deployment.
/// Both addresses offer the same operations, so this service treats the two addresses as one resource. This function
/// ignores three differences: upper and lower case in the host, the default port, and a slash at the end.
pub fn are_ours<'a>(mut resources: impl Iterator<Item = &'a str>, base_url: &str) -> bool {
    let Ok(own) = Url::parse(base_url) else { return false };
    resources.all(|resource| Url::parse(resource).is_ok_and(|resource| is_ours(&resource, &own)))
}

fn is_ours(resource: &Url, own: &Url) -> bool {
    let plain = resource.query().is_none() && resource.fragment().is_none();
    let named = resource.username().is_empty() && resource.password().is_none();
    let path = resource.path().strip_prefix(own.path().trim_end_matches('/')).map(|rest| rest.trim_end_matches('/'));
    plain && named && resource.origin() == own.origin() && matches!(path, Some("" | MCP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_ours_however_its_url_is_spelled() {
        for (base, ours) in [
            (
                "https://todo.test",
                &["https://todo.test", "https://todo.test/", "https://TODO.test:443/mcp", "HTTPS://todo.test/mcp/"][..],
            ),
            (
                "https://todo.test/prod",
                &["https://todo.test/prod", "https://todo.test/prod/", "https://todo.test:443/prod/mcp"],
            ),
            ("http://127.0.0.1:9000", &["http://127.0.0.1:9000/mcp", "http://127.0.0.1:9000"]),
        ] {
            for resource in ours {
                assert!(are_ours([*resource].into_iter(), base), "{base} {resource}");
            }
            assert!(are_ours(ours.iter().copied(), base) && are_ours([].into_iter(), base));
        }
    }

    #[test]
    fn another_address_is_not_ours_even_beside_an_address_of_ours() {
        for other in [
            "https://todo.test.evil.example/mcp",
            "https://todo.test@evil.example/",
            "https://user@todo.test/mcp",
            "https://todo.test:8443/mcp",
            "http://todo.test/mcp",
            "https://todo.test/todos",
            "https://todo.test/mcp?a=b",
            "https://todo.test/mcp#a",
            "https://todo.test/MCP",
            "https://todo.test//mcp",
            "todo.test",
            "",
        ] {
            assert!(!are_ours(["https://todo.test/mcp", other].into_iter(), "https://todo.test"), "{other}");
        }
    }
}
