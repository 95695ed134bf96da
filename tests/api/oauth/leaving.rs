//! Tests how a person who signs in leaves: which programs may erase everything, and what is left of the person.

use jiff::ToSpan;
use serde_json::{Value, json};
use todo_action::{config::Auth, domain::owner::Owner};

use super::{
    super::{
        access::key_until,
        erase::LEAVE,
        harness::{Answer, Api},
        whole_table::about,
    },
    person::{Browser, Program, Tokens, ask, goes_to},
    provider::Provider,
    somebody,
};

/// A service where people sign in, with a table of its own, and a person with an access token.
struct Service {
    provider: Provider,
    api: Api,
    program: Program,
    ada: String,
}

impl Service {
    async fn start() -> Self {
        let provider = Provider::start().await;
        let oauth = Auth::OAuth(Box::new(provider.agreed()));
        let api = Api::embedded_with(|config| config.auth = oauth).await;
        let program = Program::register(&api, "Claude Code").await;
        let ada = somebody(&api, "ada");
        Self { provider, api, program, ada }
    }

    /// The person gives access to the program.
    async fn connect(&self, person: &str) -> Tokens {
        self.program.connect(&self.api, &self.provider, person).await
    }

    async fn leave(&self, token: &str) -> Answer {
        ask(&self.api, "DELETE", LEAVE, Value::Null, token).await
    }

    /// Asserts that no item of any partition mentions the person.
    async fn assert_gone(&self, person: &str) {
        let left = about(&self.api.scan().await, person);
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Writes a little, asks for an address, and makes a calendar feed.
async fn live(api: &Api, token: &str) {
    let todos = json!({"todos": [{"title": "a", "list": "Home"}, {"title": "b"}], "allow_duplicate": true});
    assert_eq!(ask(api, "POST", "/todos", todos, token).await.status, 201);
    let zone = json!({"time_zone": "Europe/Paris"});
    assert_eq!(ask(api, "PATCH", "/settings", zone, token).await.status, 200);
    assert_eq!(ask(api, "GET", "/export/address", Value::Null, token).await.status, 200);
    assert_eq!(ask(api, "POST", "/feeds", json!({"name": "Phone"}), token).await.status, 201);
}

#[tokio::test]
async fn nothing_is_left_of_a_person_who_leaves_and_all_programs_lose_their_access() {
    let service = Service::start().await;
    let (api, grace) = (&service.api, somebody(&service.api, "grace"));
    let [own, other, hers] =
        [service.connect(&service.ada).await, service.connect(&service.ada).await, service.connect(&grace).await];
    for token in [&own.access, &other.access, &hers.access] {
        live(api, token).await;
    }
    // The table also contains a code that the program has not used, a sign-in without a decision, and a sign-in that
    // the person has denied.
    let code = Browser::default().allow(api, &service.provider, &service.program, &service.ada).await;
    Browser::default().consent(api, &service.provider, &service.program, &service.ada).await;
    let mut browser = Browser::default();
    let page = browser.consent(api, &service.provider, &service.program, &service.ada).await;
    goes_to(&browser.decide(api, &page, "deny").await);
    let before = api.scan().await;
    let kinds = |kind: &str| before.keys().filter(|(partition, _)| partition.starts_with(kind)).count();
    assert_eq!(["user#", "grant#", "sign-in#", "download#"].map(|kind| kinds(kind) > 0), [true; 4]);

    let answer = service.leave(&own.access).await;
    assert_eq!((answer.status.as_u16(), &answer.body["erased"]), (200, &json!(true)), "{}", answer.text);
    assert!(answer.body["kept"].to_string().contains("sign-in service"), "{}", answer.text);
    service.assert_gone(&service.ada).await;
    let after = api.scan().await;
    assert_eq!(about(&after, &grace), about(&before, &grace));
    assert!(after.iter().all(|(key, item)| before.get(key) == Some(item)), "nothing new");
    let gone = before.keys().filter(|key| !after.contains_key(*key));
    assert_eq!(gone.count(), about(&before, &service.ada).len(), "only what names the person is gone");
    for instance in [api, &api.elsewhere()] {
        for token in [&own.access, &other.access] {
            ask(instance, "GET", "/todos", Value::Null, token).await.assert_problem(401, "bad_credential");
        }
        assert_eq!(ask(instance, "GET", "/todos", Value::Null, &hers.access).await.ids().len(), 2);
    }
    for refused in [
        service.program.refresh(api, &own.refresh).await,
        service.program.refresh(api, &other.refresh).await,
        service.program.redeem(api, &code).await,
    ] {
        assert_eq!((refused.status.as_u16(), &refused.body["error"]), (400, &json!("invalid_grant")));
    }
    service.assert_gone(&service.ada).await;
    let anew = service.connect(&service.ada).await;
    assert_eq!(ask(api, "GET", "/todos?status=deleted", Value::Null, &anew.access).await.body["todos"], json!([]));
    let settings = ask(api, "GET", "/settings", Value::Null, &anew.access).await;
    assert_eq!(settings.body["settings"]["time_zone"], "UTC");
}

#[tokio::test]
async fn an_instance_that_remembers_a_token_writes_nothing_after_the_person_has_left() {
    let service = Service::start().await;
    let api = &service.api;
    let (own, other) = (service.connect(&service.ada).await, service.connect(&service.ada).await);
    live(api, &own.access).await;
    let elsewhere = [api.elsewhere(), api.elsewhere()];
    // The first instance has read the todos of the person, and the second instance has read only the tokens.
    for token in [&own.access, &other.access] {
        assert_eq!(ask(&elsewhere[0], "GET", "/todos", Value::Null, token).await.status, 200);
        assert_eq!(ask(&elsewhere[1], "GET", "/account/programs", Value::Null, token).await.status, 200);
    }
    assert_eq!(service.leave(&own.access).await.body["erased"], true);
    for instance in elsewhere.iter().chain(&elsewhere) {
        for token in [&own.access, &other.access] {
            let many: Vec<_> = (0..120).map(|number| json!({"title": format!("todo {number}")})).collect();
            for (method, path, body) in [
                ("POST", "/todos", json!({"todos": [{"title": "late"}]})),
                ("POST", "/todos", json!({"todos": [{"title": "late"}], "idempotency_key": "k"})),
                ("POST", "/todos", json!({"todos": many})),
                ("PATCH", "/settings", json!({"week_start": "sun"})),
                ("PATCH", "/settings", json!({"week_start": "mon", "idempotency_key": "none"})),
                ("GET", "/export/address", Value::Null),
            ] {
                let answer = ask(instance, method, path, body, token).await;
                assert!(answer.status.is_client_error() || answer.status == 503, "{method} {path}: {}", answer.text);
                service.assert_gone(&service.ada).await;
            }
        }
    }
    api.clock.advance(61.seconds());
    for instance in &elsewhere {
        ask(instance, "GET", "/todos", Value::Null, &own.access).await.assert_problem(401, "bad_credential");
    }
    service.assert_gone(&service.ada).await;
}

#[tokio::test]
async fn a_program_needs_full_access_that_is_at_most_ten_minutes_old() {
    let service = Service::start().await;
    let (api, ada) = (&service.api, &service.ada);
    let reader = Program { scope: Some("todos:read"), ..Program::register(api, "Reader").await };
    let (reader, full) = (reader.connect(api, &service.provider, ada).await, service.connect(ada).await);
    live(api, &full.access).await;
    let before = about(&api.scan().await, "user#").len();
    service.leave(&reader.access).await.assert_problem(403, "insufficient_scope");
    api.clock.advance(10.minutes());
    let answer = service.leave(&full.access).await;
    answer.assert_problem(401, "sign_in_again");
    let challenge = answer.headers["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains("error=\"insufficient_user_authentication\"") && challenge.contains("max_age"));
    // If the program refreshes its tokens, the person has not signed in again.
    let refreshed = Tokens::of(&service.program.refresh(api, &full.refresh).await);
    service.leave(&refreshed.access).await.assert_problem(401, "sign_in_again");
    assert_eq!(about(&api.scan().await, "user#").len(), before);
    assert_eq!(ask(api, "GET", "/todos", Value::Null, &refreshed.access).await.ids().len(), 2);
    let again = service.connect(ada).await;
    api.clock.advance(9.minutes());
    assert_eq!(service.leave(&again.access).await.body["erased"], true);
    service.assert_gone(ada).await;
}

#[tokio::test]
async fn with_an_api_key_a_person_leaves_at_any_time_and_only_the_key_stays() {
    let service = Service::start().await;
    let (api, ada) = (&service.api, &service.ada);
    let tokens = service.connect(ada).await;
    live(api, &tokens.access).await;
    let key = key_until(api, &format!("{}#{ada}", service.provider.issuer), None).await;
    api.clock.advance(3.hours());
    let answer = service.leave(key.secret()).await;
    assert_eq!(answer.body["erased"], true, "{}", answer.text);
    let left = about(&api.scan().await, ada);
    assert!(left.len() == 1 && left.keys().all(|(partition, _)| partition == "keys"), "{left:?}");
    let refused = service.program.refresh(api, &tokens.refresh).await;
    assert_eq!(refused.body["error"], "invalid_grant", "{}", refused.text);
}

#[tokio::test]
async fn the_block_of_a_person_stays_and_with_it_only_the_id() {
    let service = Service::start().await;
    let (api, ada) = (&service.api, &service.ada);
    let tokens = service.connect(ada).await;
    live(api, &tokens.access).await;
    let address = ask(api, "GET", "/export/address", Value::Null, &tokens.access).await;
    let path = address.body["addresses"][0].as_str().unwrap().strip_prefix("https://todo.test").unwrap();
    let owner = Owner::parse(&format!("{}#{ada}", service.provider.issuer)).unwrap();
    let (store, now) = (&api.app.store, api.app.clock.now());
    assert!(store.block(&owner, now).await.unwrap());
    store.end_programs(&owner, now).await.unwrap();
    api.get(path).await.assert_problem(404, "not_found");
    store.erase(&owner, now, std::time::Duration::from_secs(60)).await.unwrap();
    let left = about(&api.scan().await, ada);
    assert!(left.len() == 1 && left.keys().all(|(partition, _)| partition == "people"), "{left:?}");
    let shown = format!("{left:?}");
    assert!(shown.contains("blocked_at") && !shown.contains("example.com"), "{shown}");
}

#[tokio::test]
async fn an_address_works_for_a_program_that_may_only_read_and_not_with_anothers_token() {
    let service = Service::start().await;
    let (api, grace) = (&service.api, somebody(&service.api, "grace"));
    let full = service.connect(&service.ada).await;
    live(api, &full.access).await;
    let reader = Program { scope: Some("todos:read"), ..Program::register(api, "Reader").await };
    let reader = reader.connect(api, &service.provider, &service.ada).await;
    let hers = service.connect(&grace).await;
    let given = ask(api, "GET", "/export/address", Value::Null, &reader.access).await;
    let path = given.body["addresses"][0].as_str().unwrap().strip_prefix("https://todo.test").unwrap();
    ask(api, "GET", path, Value::Null, &hers.access).await.assert_problem(404, "not_found");
    ask(api, "GET", path, Value::Null, &full.refresh).await.assert_problem(401, "bad_credential");
    let file = ask(api, "GET", path, Value::Null, &full.access).await;
    assert_eq!((file.status.as_u16(), file.ids().len()), (200, 2), "{}", file.text);
    assert_eq!(ask(api, "GET", "/export", Value::Null, &reader.access).await.ids().len(), 2);
    assert_eq!(ask(api, "GET", "/export", Value::Null, &hers.access).await.ids(), Vec::<String>::new());
}
