//! Tests who may sign in: the people of `OAUTH_PEOPLE`, and nobody whom the operator has blocked.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use todo_action::{
    config::{OAuth, People},
    domain::owner::Owner,
};

use super::{
    attempt::{Attempt, invited},
    person::{Tokens, ask, field, goes_to, sent_to},
    somebody,
};

const NOT_INVITED: &str = "The operator of this service has not invited you";
const BLOCKED: &str = "The operator of this service has blocked your access.";

fn listed(people: &'static [&'static str]) -> impl FnOnce(&mut OAuth) {
    |oauth| oauth.people = People::Listed(people.iter().map(|one| (*one).to_owned()).collect())
}

/// Signs in with this e-mail address, which the provider has verified.
async fn status_for(attempt: &mut Attempt, email: &str) -> u16 {
    let email = email.to_owned();
    attempt.provider.forge(move |claims, _| claims["email"] = json!(email));
    let answer = attempt.callback().await;
    if answer.status == 403 {
        attempt.assert_stopped(&answer, 403, NOT_INVITED, "");
    }
    answer.status.as_u16()
}

/// The primary key of the item that blocks this person.
fn block(attempt: &Attempt) -> [(&'static str, AttributeValue); 2] {
    let owner = format!("{}#{}", attempt.provider.issuer, attempt.subject);
    [("owner", AttributeValue::S("people".to_owned())), ("sk", AttributeValue::S(format!("person#{owner}")))]
}

async fn set_blocked(attempt: &Attempt) {
    let put = attempt.api.client.put_item().table_name(attempt.api.table);
    let put = block(attempt).into_iter().fold(put, |put, (name, value)| put.item(name, value));
    put.item("blocked_at", AttributeValue::S("2026-11-22T10:00:00Z".to_owned())).send().await.unwrap();
}

#[tokio::test]
async fn only_listed_addresses_and_domains_may_sign_in() {
    let mut attempt = Attempt::configured(listed(&["ada@example.com", "example.org"])).await;
    for email in ["ada@example.com", "ADA@Example.COM", "anybody@example.org", "Anybody@EXAMPLE.ORG"] {
        assert_eq!(status_for(&mut attempt, email).await, 303, "{email}");
    }
    for email in [
        "grace@example.com",
        "ada@example.com.evil.example",
        "ada@evil.example@example.com",
        "ada+todo@example.com",
        "a@sub.example.org",
        "a@example.org.evil.example",
        "a@notexample.org",
        "a@example.org ",
        "a@example.org\n",
        "example.org",
        "@",
        "",
    ] {
        assert_eq!(status_for(&mut attempt, email).await, 403, "{email}");
    }
}

#[tokio::test]
async fn nobody_may_sign_in_by_default_and_everybody_only_if_the_operator_says_so() {
    let mut nobody = Attempt::configured(listed(&[])).await;
    assert_eq!(status_for(&mut nobody, "ada@example.com").await, 403);
    let mut everybody = Attempt::start().await;
    everybody.provider.forge(|claims, _| claims.as_object_mut().unwrap().retain(|name, _| !name.starts_with("email")));
    let page = everybody.callback().await;
    assert_eq!(page.status, 303, "{}", page.text);
}

#[tokio::test]
async fn a_person_who_is_not_invited_gives_no_access_and_can_sign_in_with_another_account() {
    let mut attempt = Attempt::configured(invited).await;
    let asked = attempt.begin().await;
    attempt.provider.forge(|claims, _| claims["email"] = json!("<b>ada</b>@example.org"));
    let answer = attempt.sign_in(&asked).await;
    attempt.assert_stopped(&answer, 403, NOT_INVITED, "");
    assert!(answer.text.contains("&lt;b&gt;ada&lt;/b&gt;@example.org") && !answer.text.contains("<b>"));
    let consent = attempt.browser.get(&attempt.api, &format!("/oauth/consent?request={}", asked["state"])).await;
    assert_eq!(goes_to(&consent).0, format!("{}/authorize", attempt.provider.issuer));
    attempt.provider.mend();
    assert_eq!(attempt.sign_in(&asked).await.status, 303);
}

#[tokio::test]
async fn a_long_name_is_shortened_before_it_is_stored() {
    let mut attempt = Attempt::start().await;
    attempt.provider.forge(|claims, _| {
        claims.as_object_mut().unwrap().retain(|name, _| !name.starts_with("email"));
        claims["name"] = json!("é".repeat(4_000));
    });
    let asked = attempt.begin().await;
    assert_eq!(attempt.sign_in(&asked).await.status, 303);
    let hash = todo_action::domain::secret::SecretHash::of(&asked["state"]);
    let get = attempt.api.client.get_item().table_name(attempt.api.table);
    let get = get.key("owner", AttributeValue::S(format!("sign-in#{}", hash.as_str())));
    let item = get.key("sk", AttributeValue::S("sign-in".to_owned())).send().await.unwrap().item.unwrap();
    let person = item["person"].as_m().unwrap();
    assert_eq!(person["shown"].as_s().unwrap().chars().count(), 254);
}

#[tokio::test]
async fn a_blocked_person_cannot_sign_in() {
    let mut attempt = Attempt::start().await;
    attempt.assert_works().await;
    set_blocked(&attempt).await;
    let answer = attempt.callback().await;
    attempt.assert_stopped(&answer, 403, BLOCKED, "");
    let blocked = std::mem::replace(&mut attempt.subject, somebody(&attempt.api, "grace"));
    attempt.assert_works().await;
    attempt.subject = blocked;
    let [owner, sk] = block(&attempt);
    let delete = attempt.api.client.delete_item().table_name(attempt.api.table);
    delete.key(owner.0, owner.1).key(sk.0, sk.1).send().await.unwrap();
    attempt.assert_works().await;
}

#[tokio::test]
async fn a_blocked_person_gets_no_new_tokens_even_if_nobody_has_ended_the_access() {
    let mut attempt = Attempt::start().await;
    let tokens = attempt.assert_works().await;
    set_blocked(&attempt).await;
    let refused = attempt.program.refresh(&attempt.api, &tokens.refresh).await;
    assert_eq!((refused.status.as_u16(), &refused.body["error"]), (400, &json!("invalid_grant")), "{}", refused.text);
    // The refresh has ended the access, so the access does not come back when the operator unblocks the person.
    ask(&attempt.api.elsewhere(), "GET", "/todos", Value::Null, &tokens.access)
        .await
        .assert_problem(401, "bad_credential");
}

#[tokio::test]
async fn the_access_of_a_blocked_person_ends_within_a_minute_even_where_the_token_is_remembered() {
    let mut attempt = Attempt::start().await;
    let tokens = attempt.assert_works().await;
    let subject = std::mem::replace(&mut attempt.subject, somebody(&attempt.api, "grace"));
    let hers = attempt.assert_works().await;
    // Both tokens are now in the cache of this instance.
    for token in [&tokens.access, &hers.access] {
        assert_eq!(ask(&attempt.api, "GET", "/todos", Value::Null, token).await.status, 200);
    }
    let owner = Owner::parse(&format!("{}#{subject}", attempt.provider.issuer)).unwrap();
    let (store, now) = (attempt.api.app.store.clone(), attempt.api.app.clock.now());
    assert!(store.block(&owner, now).await.unwrap());
    assert_eq!(store.end_programs(&owner, now).await.unwrap(), (1, 0));
    attempt.api.clock.advance(jiff::Span::new().seconds(60));
    for api in [attempt.api.clone(), attempt.api.elsewhere()] {
        ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.assert_problem(401, "bad_credential");
        assert_eq!(ask(&api, "GET", "/todos", Value::Null, &hers.access).await.status, 200);
    }
    let refused = attempt.program.refresh(&attempt.api, &tokens.refresh).await;
    assert_eq!((refused.status.as_u16(), &refused.body["error"]), (400, &json!("invalid_grant")), "{}", refused.text);
}

#[tokio::test]
async fn a_person_who_is_blocked_while_the_consent_page_is_open_gives_no_access() {
    let mut attempt = Attempt::start().await;
    let (provider, subject) = (attempt.provider.clone(), attempt.subject.clone());
    let page = attempt.browser.consent(&attempt.api, &provider, &attempt.program, &subject).await;
    set_blocked(&attempt).await;
    attempt.api.wire.take_written();
    let answer = attempt.browser.decide(&attempt.api, &page, "allow").await;
    assert!(answer.status == 403 && answer.text.contains(BLOCKED), "{}", answer.text);
    let wanted = attempt.api.wire.take_written();
    let grant = wanted.iter().find(|partition| partition.starts_with("grant#")).expect("the grant in the transaction");
    let get = attempt.api.client.get_item().table_name(attempt.api.table);
    let get = get.key("owner", AttributeValue::S(grant.clone())).key("sk", AttributeValue::S("grant".to_owned()));
    assert_eq!(get.send().await.unwrap().item, None);
    // The transaction failed and wrote nothing, so the person can still deny the access.
    let answer = attempt.browser.decide(&attempt.api, &page, "deny").await;
    assert_eq!(goes_to(&answer).1["error"], "access_denied");
}

#[tokio::test]
async fn a_person_who_says_not_you_can_sign_in_as_somebody_else() {
    let mut attempt = Attempt::start().await;
    let (provider, ada) = (attempt.provider.clone(), attempt.subject.clone());
    let page = attempt.browser.consent(&attempt.api, &provider, &attempt.program, &ada).await;
    let answer = attempt.browser.decide(&attempt.api, &page, "switch").await;
    let (place, asked) = goes_to(&answer);
    assert_eq!((place, asked["prompt"].as_str()), (format!("{}/authorize", provider.issuer), "login"));
    // Until somebody signs in, nobody can give access.
    let allowed = attempt.browser.decide(&attempt.api, &page, "allow").await;
    assert_eq!(goes_to(&allowed).0, format!("{}/authorize", provider.issuer));
    let grace = somebody(&attempt.api, "grace");
    let path = attempt.browser.sign_in(&attempt.api, &provider, &asked, &grace).await;
    let second = attempt.browser.get(&attempt.api, &path).await;
    assert!(second.text.contains(&grace) && !second.text.contains(&ada), "{}", second.text);
    // The old page still shows the first person. Nobody can use this page to give access to the todos of the second
    // person.
    let allowed = attempt.browser.decide(&attempt.api, &page, "allow").await;
    assert_eq!(allowed.status, 400, "{}", allowed.text);
    let code = goes_to(&attempt.browser.decide(&attempt.api, &second, "allow").await).1["code"].clone();
    let tokens = Tokens::of(&attempt.program.redeem(&attempt.api, &code).await);
    let added = ask(&attempt.api, "POST", "/todos", json!({"todos": [{"title": "Grace's"}]}), &tokens.access).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let ada = attempt.assert_works().await;
    assert!(ask(&attempt.api, "GET", "/todos", Value::Null, &ada.access).await.ids().is_empty());
}

#[tokio::test]
async fn the_provider_is_asked_for_another_account_in_its_own_words() {
    for (known, prompt) in [
        (json!(["none", "login", "select_account"]), "select_account"),
        (json!(["none", "login"]), "login"),
        (json!([]), "login"),
    ] {
        let mut attempt = Attempt::start().await;
        attempt.provider.says(json!({"prompt_values_supported": known}));
        let first = attempt.authorize().await;
        assert!(!sent_to(&first).1.contains_key("prompt"));
        let (provider, subject) = (attempt.provider.clone(), attempt.subject.clone());
        let page = attempt.browser.consent(&attempt.api, &provider, &attempt.program, &subject).await;
        assert!(!field(&page, "request").is_empty());
        let answer = attempt.browser.decide(&attempt.api, &page, "switch").await;
        assert_eq!(goes_to(&answer).1["prompt"], prompt);
    }
}
