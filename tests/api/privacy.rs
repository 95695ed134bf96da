//! Tests the privacy policy of each kind of deployment. Each snapshot contains a whole policy. If a change affects
//! which data the service stores, logs or requests, read all snapshots again.

use todo_action::config::{Auth, AuthMode, Config, OAuth, Operator, People};

use super::harness::Api;

/// Returns the policy as text. Each heading, paragraph and list entry is one line.
async fn policy(configure: impl FnOnce(&mut Config)) -> String {
    let page = Api::configured(|config| {
        config.operator = Operator { name: Some("Ann".to_owned()), contact: Some("ann@example.com".to_owned()) };
        configure(config);
    });
    let page = page.get("/privacy").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let main = page.text.split_once("<main>").unwrap().1.split_once("</main>").unwrap().0;
    assert!(!main.contains("{{"), "{main}");
    let mut text = String::new();
    for piece in main.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn on_aws(config: &mut Config) {
    config.function = Some("todo-action".to_owned());
    config.log_retention_days = Some(14);
}

fn signing_in(issuer: &str) -> Auth {
    Auth::OAuth(Box::new(OAuth {
        issuer: issuer.to_owned(),
        client_id: "todo".to_owned(),
        client_secret: None,
        people: People::Everybody,
        redirect_uris: Vec::new(),
        fetches_client_documents: false,
        idle_days: 180,
        overlap_hours: 24,
    }))
}

const COGNITO: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123";
/// Only the policy of a deployment without authentication may contain this text.
const OPEN: &str = "does not ask who is calling";

#[tokio::test]
async fn where_everybody_shares_a_list_the_policy_says_so() {
    let text = policy(on_aws).await;
    assert!(text.contains(OPEN) && text.contains("Whoever knows its address"), "{text}");
    insta::assert_snapshot!("privacy-none-aws", text);
}

#[tokio::test]
async fn on_a_laptop_the_policy_speaks_of_a_file_and_not_of_aws() {
    let text = policy(|config| config.public_url = Some("http://127.0.0.1:9000".to_owned())).await;
    assert!(text.contains(OPEN) && text.contains("Only programs on the same computer"), "{text}");
    assert!(!text.contains("Amazon") && !text.contains("35 days") && !text.contains(", encrypted"), "{text}");
    insta::assert_snapshot!("privacy-none-laptop", text);
    let text = policy(|config| config.public_url = Some("https://tunnel.example".to_owned())).await;
    assert!(text.contains("Whoever knows its address") && text.contains("on the computer"), "{text}");
}

#[tokio::test]
async fn where_keys_are_needed_the_policy_says_what_a_key_opens_and_what_is_known_of_it() {
    let text = policy(|config| {
        on_aws(config);
        config.auth = Auth::ApiKey;
    })
    .await;
    assert!(text.contains("needs an API key") && text.contains("last four characters"), "{text}");
    assert!(!text.contains(OPEN) && !text.contains("sign in"), "{text}");
    insta::assert_snapshot!("privacy-api-key-aws", text);
}

#[tokio::test]
async fn where_people_sign_in_the_policy_names_who_knows_their_address_and_what_is_kept_of_programs() {
    let text = policy(|config| {
        on_aws(config);
        config.auth = signing_in(COGNITO);
    })
    .await;
    assert!(text.contains("sign in with Amazon Cognito") && text.contains("e-mail address"), "{text}");
    assert!(text.contains("For each sign-in, this service sets one cookie."), "{text}");
    assert!(text.contains("If you sign in on the page of the list, one cookie keeps you signed in"), "{text}");
    assert!(!text.contains(OPEN) && text.contains("not renewed it for 180 days"), "{text}");
    insta::assert_snapshot!("privacy-oauth-cognito", text);
}

#[tokio::test]
async fn another_sign_in_service_is_named_by_its_host() {
    let text = policy(|config| config.auth = signing_in("https://id.example.com/realms/home")).await;
    assert!(text.contains("sign in with the sign-in service id.example.com."), "{text}");
    assert!(!text.contains("Cognito"), "{text}");
    assert!(!text.contains("until the operator removes you"), "{text}");
    // This host name begins like a host name of Amazon Cognito, but does not belong to Amazon. So the policy must not
    // mention Amazon Cognito.
    let text = policy(|config| config.auth = signing_in("https://cognito-idp.evil.example/pool")).await;
    assert!(
        text.contains("the sign-in service cognito-idp.evil.example") && !text.contains("Amazon Cognito"),
        "{text}"
    );
}

#[tokio::test]
async fn how_long_logs_are_kept_is_what_the_operator_has_set() {
    for (days, said) in
        [(Some(1), "erased after a day."), (Some(365), "erased after 365 days."), (None, "as the operator has set.")]
    {
        for mode in [AuthMode::None, AuthMode::ApiKey, AuthMode::OAuth] {
            let text = policy(|config| {
                on_aws(config);
                config.log_retention_days = days;
                config.auth = match mode {
                    AuthMode::None => config.auth.clone(),
                    AuthMode::ApiKey => Auth::ApiKey,
                    AuthMode::OAuth => signing_in(COGNITO),
                };
            })
            .await;
            assert!(text.contains(said), "{text}");
        }
    }
}
