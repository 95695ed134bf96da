//! Tests the encoding of bodies: media types, compression, byte order marks, and bodies that are not JSON.

use serde_json::json;

use super::{harness::OPERATIONS, target::Target};

#[tokio::test]
async fn another_content_type_is_refused_by_every_operation_that_takes_a_body() {
    let target = Target::new().await;
    for (method, path, _) in OPERATIONS.iter().copied().filter(|(_, _, takes_body)| *takes_body) {
        let body = target.body(method, path).to_string();
        for content_type in
            ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json", ""]
        {
            target.raw(method, path, content_type, body.clone()).await.assert_problem(415, "not_json");
        }
    }
    target.assert_untouched().await;
}

#[tokio::test]
async fn json_with_a_charset_or_a_suffix_is_json() {
    let target = Target::new().await;
    for content_type in ["application/json; charset=utf-8", "Application/JSON", "application/merge-patch+json"] {
        let answer = target.raw("PATCH", "/todos/{id}", content_type, json!({"notes": content_type}).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_the_json_is_ignored() {
    let target = Target::new().await;
    let body = format!("\u{feff}{}", json!({"notes": "from Windows"}));
    let answer = target.raw("PATCH", "/todos/{id}", "application/json", body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_every_operation_that_takes_a_body() {
    let target = Target::new().await;
    for (method, path, _) in OPERATIONS.iter().copied().filter(|(_, _, takes_body)| *takes_body) {
        for encoding in ["gzip", "br", "deflate", "gzip, identity"] {
            let (address, body) = (target.address(method, path), target.body(method, path));
            let answer = target.api.send(method, &address, body, &[("content-encoding", encoding)]).await;
            answer.assert_problem(415, "compressed");
        }
    }
    target.assert_untouched().await;
    let plain = [("content-encoding", "identity")];
    let answer = target.api.send("PATCH", &target.path("/todos/{id}"), json!({"notes": "x"}), &plain).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn broken_json_is_refused_with_its_place() {
    let target = Target::new().await;
    for (method, path, _) in OPERATIONS.iter().copied().filter(|(_, _, takes_body)| *takes_body) {
        for broken in ["{", "{\"todos\":[{\"title\":\"x\"}]", "{'todos':[]}", "{\"a\":1,}", "\u{feff}{", "nul"] {
            let answer = target.raw(method, path, "application/json", broken).await;
            answer.assert_problem(400, "malformed");
            assert!(answer.body["detail"].as_str().unwrap().contains("line 1, column"), "{}", answer.text);
        }
        target.raw(method, path, "application/json", vec![b'{', 0xff, b'}']).await.assert_problem(400, "malformed");
        let deep = "[".repeat(500);
        target
            .raw(method, path, "application/json", format!("{{\"todos\":{deep}"))
            .await
            .assert_problem(400, "malformed");
    }
    target.assert_untouched().await;
}
