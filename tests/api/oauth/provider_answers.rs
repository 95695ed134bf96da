//! Tests three kinds of answers that the provider sends at the end of a sign-in: redirects, and the answers of the
//! token endpoint and of the userinfo endpoint.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    attempt::{Attempt, invited},
    person::sent_to,
    provider::Outage,
};

const NOT_INVITED: &str = "The operator of this service has not invited you";
const OTHER_ISSUER: &str = "the redirect names another issuer";

#[tokio::test]
async fn a_provider_that_refuses_the_code_signs_nobody_in() {
    let mut attempt = Attempt::start().await;
    for (status, body, cause) in [
        (
            400,
            json!({"error": "invalid_grant", "error_description": "secret-internals"}),
            "400 Bad Request invalid_grant",
        ),
        (401, json!({"error": "invalid_client"}), "401 Unauthorized invalid_client"),
        (403, json!("<html>secret-internals</html>"), "token endpoint: 403 Forbidden"),
        (404, json!({"error": 5}), "token endpoint: 404 Not Found"),
        (400, json!({"error": "two\nlines \u{1b}[31m"}), "400 Bad Request twolines[31m"),
    ] {
        attempt.provider.answers(status, body);
        let answer = attempt.callback().await;
        attempt.assert_refused(&answer, cause);
    }
    attempt.provider.mend();
    attempt.assert_works().await;
}

#[tokio::test]
async fn a_token_endpoint_that_fails_or_answers_nonsense_is_an_outage() {
    let mut attempt = Attempt::start().await;
    let text_of_json = json!({"id_token": {"secret-internals": 1}});
    for (status, body, cause) in [
        (429, json!({"error": "slow_down"}), "token endpoint: 429 Too Many Requests"),
        (500, json!({"error": "secret-internals"}), "token endpoint: 500 Internal Server Error"),
        (503, json!({}), "token endpoint: 503 Service Unavailable"),
        (302, json!({}), "token endpoint: 302 Found"),
        (200, json!("<html>secret-internals</html>"), "token endpoint: the answer cannot be read"),
        (200, json!("\"secret-internals\""), "token endpoint: the answer cannot be read"),
        (200, text_of_json, "token endpoint: the answer cannot be read"),
        (200, json!({"access_token": "opaque", "token_type": "Bearer"}), "token endpoint: the answer cannot be read"),
        (200, json!({"id_token": 5}), "token endpoint: the answer cannot be read"),
        (200, json!([]), "token endpoint: the answer cannot be read"),
    ] {
        attempt.provider.answers(status, body);
        let answer = attempt.callback().await;
        let wait = attempt.assert_outage(&answer, cause);
        assert_eq!(wait, if matches!(status, 429 | 500 | 503) { 7 } else { wait }, "{status}");
        assert!((1..=60).contains(&wait), "{wait}");
    }
    attempt.provider.mend();
    attempt.assert_works().await;
}

#[tokio::test]
async fn a_token_endpoint_that_redirects_or_writes_too_much_is_an_outage_and_is_not_followed() {
    let mut attempt = Attempt::start().await;
    attempt.callback().await;
    for outage in [Outage::Redirects, Outage::Huge, Outage::Nonsense, Outage::Fails] {
        attempt.provider.set_outage_at("/token", outage);
        let before = attempt.provider.requests();
        let answer = attempt.callback().await;
        attempt.assert_outage(&answer, "token endpoint: ");
        assert_eq!(attempt.provider.requests() - before, 1, "{outage:?}");
    }
    attempt.provider.mend();
    attempt.assert_works().await;
}

#[tokio::test]
async fn a_token_endpoint_that_hangs_is_an_outage_within_five_seconds_and_the_page_can_be_loaded_again() {
    let mut attempt = Attempt::start().await;
    let asked = attempt.begin().await;
    let (code, state) = attempt.provider.sign_in(&attempt.api, &asked, &attempt.subject);
    attempt.provider.set_outage_at("/token", Outage::Hangs);
    let begun = Instant::now();
    let answer = attempt.come_back(&[("code", &code), ("state", &state)]).await;
    attempt.assert_outage(&answer, "token endpoint: no answer in time");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    attempt.provider.mend();
    let answer = attempt.come_back(&[("code", &code), ("state", &state)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

/// In the ID token, the only claim about the person is the subject.
fn tells_nothing() -> impl Fn(&mut Value, &mut jsonwebtoken::Header) + Send + Sync {
    |claims, _| claims.as_object_mut().unwrap().retain(|name, _| !name.starts_with("email"))
}

#[tokio::test]
async fn an_email_address_counts_only_if_the_provider_has_verified_the_address() {
    let mut attempt = Attempt::configured(invited).await;
    let verified: [(&str, Value, Value); 5] = [
        ("email_verified", json!(true), Value::Null),
        ("email_verified", json!("true"), Value::Null),
        ("email_verified", json!(1), Value::Null),
        ("xms_edov", json!(true), Value::Null),
        ("xms_edov", json!("1"), Value::Null),
    ];
    let unverified = [
        ("email_verified", json!(false), Value::Null),
        ("email_verified", json!("false"), Value::Null),
        ("email_verified", json!(""), Value::Null),
        ("email_verified", json!(0), Value::Null),
        ("email_verified", json!("True "), Value::Null),
        ("email_verified", Value::Null, Value::Null),
        ("email_verified", json!(false), json!(true)),
        ("xms_edov", json!(false), Value::Null),
        ("xms_edov", json!("0"), Value::Null),
    ];
    for (good, (name, value, domain)) in
        verified.into_iter().map(|case| (true, case)).chain(unverified.into_iter().map(|case| (false, case)))
    {
        let said = format!("{name} {value} {domain}");
        attempt.provider.forge(move |claims, _| {
            claims.as_object_mut().unwrap().remove("email_verified");
            claims["xms_edov"] = domain.clone();
            claims[name] = value.clone();
        });
        let answer = attempt.callback().await;
        if good {
            assert_eq!(answer.status, 303, "{said}: {}", answer.text);
        } else {
            assert_eq!((answer.status.as_u16(), answer.text.contains(NOT_INVITED)), (403, true), "{said}");
            attempt.assert_stopped(&answer, 403, NOT_INVITED, "");
        }
    }
    attempt.provider.mend();
    attempt.assert_works().await;
}

#[tokio::test]
async fn the_userinfo_endpoint_tells_the_email_address_that_the_id_token_does_not_tell() {
    let mut attempt = Attempt::configured(invited).await;
    let subject = attempt.subject.clone();
    attempt.provider.informs(json!({"sub": subject, "email": "ada@example.com", "email_verified": true}));
    let before = attempt.provider.requests();
    assert_eq!(attempt.callback().await.status, 303);
    assert_eq!(attempt.provider.requests() - before, 3, "the documents and the token, but not the userinfo endpoint");
    attempt.provider.forge(tells_nothing());
    attempt.assert_works().await;
    // The claims `email` and `email_verified` must come from the same document.
    attempt.provider.informs(json!({"sub": subject, "email_verified": true}));
    attempt.provider.forge(|claims, _| drop(claims.as_object_mut().unwrap().remove("email_verified")));
    let answer = attempt.callback().await;
    attempt.assert_stopped(&answer, 403, NOT_INVITED, "");
    attempt.provider.informs(json!({"sub": subject, "email": "ada@example.com", "email_verified": false}));
    attempt.provider.forge(|claims, _| drop(claims.as_object_mut().unwrap().remove("email")));
    let answer = attempt.callback().await;
    attempt.assert_stopped(&answer, 403, NOT_INVITED, "");
}

#[tokio::test]
async fn a_userinfo_endpoint_that_answers_about_another_person_is_not_believed() {
    let mut attempt = Attempt::configured(invited).await;
    attempt.provider.forge(tells_nothing());
    for subject in [json!("grace"), json!(""), json!(attempt.subject.to_uppercase())] {
        attempt.provider.informs(json!({"sub": subject, "email": "ada@example.com", "email_verified": true}));
        let answer = attempt.callback().await;
        attempt.assert_refused(&answer, "the userinfo endpoint answers about another person");
    }
    for (info, cause) in [
        (json!({"email": "ada@example.com", "email_verified": true}), "userinfo endpoint: the answer cannot be read"),
        (json!("secret-internals"), "userinfo endpoint: the answer cannot be read"),
        (json!({"status": 500}), "userinfo endpoint: 500 Internal Server Error"),
    ] {
        attempt.provider.informs(info);
        let answer = attempt.callback().await;
        attempt.assert_outage(&answer, cause);
    }
    attempt.provider.informs(json!({"status": 401}));
    let answer = attempt.callback().await;
    attempt.assert_refused(&answer, "userinfo endpoint: 401 Unauthorized");
    attempt.provider.informs(json!({"sub": attempt.subject, "email": "ada@example.com", "email_verified": true}));
    attempt.provider.set_outage_at("/userinfo", Outage::Hangs);
    let answer = attempt.callback().await;
    attempt.assert_outage(&answer, "userinfo endpoint: no answer in time");
    attempt.provider.mend();
    attempt.assert_works().await;
}

#[tokio::test]
async fn where_everybody_may_sign_in_a_userinfo_endpoint_that_fails_keeps_nobody_out() {
    let mut attempt = Attempt::start().await;
    attempt.provider.forge(tells_nothing());
    for info in [
        json!({"status": 401}),
        json!({"status": 500}),
        json!("secret-internals"),
        json!({"sub": "grace", "email": "grace@example.com", "email_verified": true}),
    ] {
        attempt.provider.informs(info);
        let (provider, subject) = (attempt.provider.clone(), attempt.subject.clone());
        let page = attempt.browser.consent(&attempt.api, &provider, &attempt.program, &subject).await;
        assert!(page.text.contains(&subject) && !page.text.contains("grace"), "{}", page.text);
    }
    attempt.provider.informs(json!({"sub": attempt.subject, "name": "Ada Lovelace"}));
    let (provider, subject) = (attempt.provider.clone(), attempt.subject.clone());
    let page = attempt.browser.consent(&attempt.api, &provider, &attempt.program, &subject).await;
    assert!(page.text.contains("Ada Lovelace"), "{}", page.text);
}

#[tokio::test]
async fn a_redirect_that_names_another_issuer_is_refused() {
    let mut attempt = Attempt::start().await;
    let issuer = attempt.provider.issuer.clone();
    for promised in [false, true] {
        attempt.api = attempt.api.elsewhere();
        attempt.provider.says(json!({"authorization_response_iss_parameter_supported": promised}));
        for (iss, good) in [
            (Some("https://id.example.com".to_owned()), false),
            (Some(format!("{issuer}/")), false),
            (Some(issuer.to_uppercase()), false),
            (Some(String::new()), !promised),
            (None, !promised),
            (Some(issuer.clone()), true),
        ] {
            let asked = attempt.begin().await;
            for error in [false, true] {
                let (code, state) = attempt.provider.sign_in(&attempt.api, &asked, &attempt.subject);
                let mut sent = vec![("state", state.as_str())];
                sent.push(if error { ("error", "access_denied") } else { ("code", code.as_str()) });
                sent.extend(iss.as_deref().map(|iss| ("iss", iss)));
                let exchanges = attempt.provider.exchanges().len();
                // A sign-in that has received a correct answer is over. So the test begins a new sign-in, and the new
                // sign-in receives the error.
                if good && error {
                    let again = attempt.begin().await;
                    sent[0] = ("state", again["state"].as_str());
                    assert_eq!(sent_to(&attempt.come_back(&sent).await).1["error"], "access_denied");
                } else if good {
                    assert_eq!(attempt.come_back(&sent).await.status, 303, "{promised} {iss:?}");
                } else {
                    let answer = attempt.come_back(&sent).await;
                    attempt.assert_refused(&answer, OTHER_ISSUER);
                    assert_eq!(attempt.provider.exchanges().len(), exchanges, "no code goes to the provider");
                }
            }
        }
    }
    attempt.provider.mend();
}

#[tokio::test]
async fn the_error_of_the_provider_goes_back_to_the_program_without_the_words_of_the_provider() {
    let mut attempt = Attempt::start().await;
    for (error, told) in [
        ("access_denied", "access_denied"),
        ("temporarily_unavailable", "temporarily_unavailable"),
        ("login_required", "server_error"),
        ("<script>", "server_error"),
        ("", "server_error"),
    ] {
        let asked = attempt.begin().await;
        let sent = [
            ("state", asked["state"].as_str()),
            ("error", error),
            ("error_description", "secret-internals\r\nAADSTS65004"),
        ];
        let answer = attempt.come_back(&sent).await;
        let (place, parameters) = sent_to(&answer);
        assert_eq!((place.as_str(), parameters["error"].as_str()), (attempt.program.redirect_uri.as_str(), told));
        assert_eq!((parameters["state"].as_str(), parameters["iss"].as_str()), ("st&ate=1", "https://todo.test"));
        assert!(!answer.headers["location"].to_str().unwrap().contains("secret-internals"));
        let again = attempt.sign_in(&asked).await;
        assert_eq!(again.status, 409, "{}", again.text);
    }
    assert!(attempt.provider.exchanges().is_empty());
    attempt.assert_works().await;
}
