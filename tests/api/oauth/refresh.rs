//! Tests programs that refresh their tokens for a long time. Some answers get lost, but nobody has to sign in again.
//! The access ends if nobody uses the access for 180 days, or if the person ends the access.

use jiff::Span;
use serde_json::{Value, json};
use todo_action::config::OAuth;

use super::{
    super::{
        harness::{Answer, Api},
        transport::Fault,
    },
    person::{Browser, Program, Tokens, ask},
    provider::Provider,
    somebody,
};

/// A person has connected a program.
struct Connected {
    api: Api,
    program: Program,
    tokens: Tokens,
}

/// One running copy of a program. All copies begin with the same refresh token. Later, each copy knows only the tokens
/// that it got itself.
struct Copy {
    memory: Tokens,
    /// The copy does nothing until this hour.
    sleeps_until: usize,
}

async fn connected() -> Connected {
    connected_with(|_| {}).await
}

async fn connected_with(configure: impl FnOnce(&mut OAuth)) -> Connected {
    let provider = Provider::start().await;
    let api = provider.api_with(configure);
    let program = Program::register(&api, "Claude Code").await;
    let tokens = program.connect(&api, &provider, &somebody(&api, "ada")).await;
    Connected { api, program, tokens }
}

impl Connected {
    async fn refresh(&self, token: &str) -> Answer {
        self.program.refresh(&self.api, token).await
    }

    async fn refreshed(&self, token: &str) -> Tokens {
        Tokens::of(&self.refresh(token).await)
    }

    /// Sends this number of refreshes with the same token, all at the same time.
    async fn at_once(&self, token: &str, number: usize) -> Vec<Tokens> {
        let refreshes = (0..number).map(|_| {
            let (api, program, token) = (self.api.clone(), self.program.clone(), token.to_owned());
            tokio::spawn(async move { program.refresh(&api, &token).await })
        });
        let mut answers = Vec::new();
        for refresh in refreshes.collect::<Vec<_>>() {
            answers.push(Tokens::of(&refresh.await.unwrap()));
        }
        answers
    }

    async fn works(&self, access: &str) -> bool {
        let answer = ask(&self.api, "GET", "/todos", Value::Null, access).await;
        if answer.status != 200 {
            answer.assert_problem(401, "bad_credential");
            let challenge = answer.headers["www-authenticate"].to_str().unwrap();
            assert!(challenge.contains("resource_metadata=") && challenge.contains("invalid_token"), "{challenge}");
        }
        answer.status == 200
    }

    /// A copy of the program refreshes its tokens. If the answer gets lost, the copy tries again later.
    async fn work(&self, copy: &mut Copy, hour: usize) {
        if hour < copy.sleeps_until {
            return;
        }
        let mut tokens = self.refreshed(&copy.memory.refresh).await;
        let pause = seconds_after_lost_answer(hour);
        if pause == 20 * 3_600 {
            copy.sleeps_until = hour + 20;
            return;
        }
        if pause > 0 {
            self.api.clock.advance(Span::new().seconds(pause));
            let lost = tokens;
            tokens = self.refreshed(&copy.memory.refresh).await;
            assert_eq!(tokens.refresh, lost.refresh, "a repeated refresh gets the same refresh token");
        }
        copy.memory = tokens;
    }
}

/// In some hours, the answer to a refresh gets lost. Returns the number of seconds after which the program tries again.
/// Returns 0 if the answer does not get lost in this hour.
fn seconds_after_lost_answer(hour: usize) -> i64 {
    match (hour / 24 % 4, hour % 24) {
        (1, 15) => 20 * 3_600,
        (2, 12) => 5 * 60,
        (3, 12) => 1,
        _ => 0,
    }
}

#[track_caller]
fn assert_signed_out(answer: &Answer) {
    assert_eq!((answer.status.as_u16(), &answer.body["error"]), (400, &json!("invalid_grant")), "{}", answer.text);
    assert!(answer.body["error_description"].as_str().unwrap().ends_with("Sign in again."), "{}", answer.text);
}

/// A person uses two copies of a program from 10 to 18 o'clock. The first copy refreshes its tokens every hour, and the
/// second copy every three hours.
#[tokio::test]
async fn nobody_signs_in_again_in_200_days_and_no_refresh_costs_many_write_units() {
    let connected = connected().await;
    let copy = || Copy { memory: connected.tokens.clone(), sleeps_until: 0 };
    let (mut first, mut second) = (copy(), copy());
    let mut most = 0.0_f64;
    for day in 0..200 {
        for hour in 10..18 {
            let hour = day * 24 + hour;
            connected.api.clock.advance(Span::new().hours(1));
            connected.api.wire.take_write_units();
            connected.work(&mut first, hour).await;
            most = most.max(connected.api.wire.take_write_units());
            if hour.is_multiple_of(3) {
                connected.work(&mut second, hour).await;
            }
        }
        if day % 10 == 0 {
            let five = connected.at_once(&first.memory.refresh, 5).await;
            assert!(five.iter().all(|tokens| tokens.refresh == five[0].refresh), "day {day}");
            assert!(connected.works(&five[0].access).await, "day {day}");
        }
        connected.api.clock.advance(Span::new().hours(16));
    }
    // One write unit is 1 KB.
    assert!((3.0..=10.0).contains(&most), "{most}");
}

#[tokio::test]
async fn simultaneous_refreshes_with_one_token_get_the_same_successor_even_if_an_answer_was_lost() {
    let connected = connected().await;
    let mut token = connected.tokens.refresh.clone();
    for (write, faults) in [
        ("PutItem", &[][..]),
        ("PutItem", &[Fault::AnswerLost]),
        ("PutItem", &[Fault::AnswerLost, Fault::ServerError]),
        ("PutItem", &[Fault::Throttled; 2]),
        ("TransactWriteItems", &[Fault::AnswerLost]),
        ("TransactWriteItems", &[Fault::Conflict, Fault::AnswerLost]),
    ] {
        // Once a day, a refresh also writes the entry in the list of programs.
        connected.api.clock.advance(Span::new().hours(if write == "PutItem" { 0 } else { 24 }));
        connected.api.wire.fail_only(write, faults.iter().copied());
        let five = connected.at_once(&token, 5).await;
        for tokens in &five {
            assert_eq!(tokens.refresh, five[0].refresh, "{faults:?}");
            assert!(connected.works(&tokens.access).await, "{faults:?}");
        }
        assert_ne!(token, five[0].refresh);
        token = five[0].refresh.clone();
        connected.api.wire.take_faults();
    }
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_in_the_table_can_be_repeated() {
    let connected = connected().await;
    let token = &connected.tokens.refresh;
    for fault in [Fault::AnswerLost, Fault::ServerError, Fault::Refused, Fault::Throttled] {
        for operation in ["GetItem", "PutItem"] {
            connected.api.wire.fail_only(operation, [fault; 9]);
            let answer = connected.refresh(token).await;
            connected.api.wire.take_faults();
            let unavailable = (503, &json!("temporarily_unavailable"));
            assert_eq!((answer.status.as_u16(), &answer.body["error"]), unavailable, "{fault:?} {}", answer.text);
            assert_eq!(answer.headers["retry-after"], "2");
        }
    }
    let second = connected.refreshed(token).await;
    assert_eq!(connected.refreshed(token).await.refresh, second.refresh);
    assert!(connected.works(&second.access).await && connected.works(&connected.tokens.access).await);
    connected.refreshed(&second.refresh).await;
}

#[tokio::test]
async fn the_first_tokens_reach_the_program_even_if_an_answer_of_the_table_was_lost() {
    let provider = Provider::start().await;
    let api = provider.api();
    let program = Program::register(&api, "Claude Code").await;
    for operation in ["GetItem", "TransactWriteItems"] {
        let code = Browser::default().allow(&api, &provider, &program, &somebody(&api, "ada")).await;
        api.wire.fail_only(operation, [Fault::AnswerLost]);
        let tokens = Tokens::of(&program.redeem(&api, &code).await);
        assert_eq!(ask(&api, "GET", "/todos", Value::Null, &tokens.access).await.status, 200, "{operation}");
        Tokens::of(&program.refresh(&api, &tokens.refresh).await);
    }
}

#[tokio::test]
async fn a_token_that_was_replaced_long_ago_ends_the_access() {
    let connected = connected().await;
    let first = &connected.tokens.refresh;
    let second = connected.refreshed(first).await;
    let third = connected.refreshed(&second.refresh).await;
    connected.api.clock.advance(Span::new().hours(23).minutes(59));
    assert_eq!(connected.refreshed(first).await.refresh, third.refresh);
    connected.api.clock.advance(Span::new().minutes(1));
    let newest = connected.refreshed(&third.refresh).await;
    assert!(connected.works(&newest.access).await);
    // Somebody uses the first token more than 24 hours after the first use of its successor.
    assert_signed_out(&connected.refresh(first).await);
    assert_is_out(&connected, &newest).await;
}

#[tokio::test]
async fn the_operator_decides_how_long_a_replaced_token_and_an_unused_access_stay_good() {
    let connected = connected_with(|oauth| (oauth.overlap_hours, oauth.idle_days) = (72, 10)).await;
    let second = connected.refreshed(&connected.tokens.refresh).await;
    let third = connected.refreshed(&second.refresh).await;
    connected.api.clock.advance(Span::new().hours(71));
    assert_eq!(connected.refreshed(&connected.tokens.refresh).await.refresh, third.refresh);
    connected.api.clock.advance(Span::new().hours(239));
    let fourth = connected.refreshed(&third.refresh).await;
    connected.api.clock.advance(Span::new().hours(241));
    assert_signed_out(&connected.refresh(&fourth.refresh).await);
}

#[tokio::test]
async fn an_access_ends_if_no_program_uses_it_for_181_days() {
    let connected = connected().await;
    connected.api.clock.advance(Span::new().hours(24 * 179));
    let second = connected.refreshed(&connected.tokens.refresh).await;
    connected.api.clock.advance(Span::new().hours(24 * 179));
    let third = connected.refreshed(&second.refresh).await;
    assert!(connected.works(&third.access).await);
    connected.api.clock.advance(Span::new().hours(24 * 181));
    assert!(!connected.works(&third.access).await);
    assert_signed_out(&connected.refresh(&third.refresh).await);
}

/// Asserts that the access has ended. A refresh fails immediately, and so does a request to another instance. One
/// instance remembers the access token. Requests to this instance fail after at most a minute.
async fn assert_is_out(connected: &Connected, tokens: &Tokens) {
    assert_signed_out(&connected.refresh(&tokens.refresh).await);
    let elsewhere = ask(&connected.api.elsewhere(), "GET", "/todos", Value::Null, &tokens.access).await;
    elsewhere.assert_problem(401, "bad_credential");
    connected.api.clock.advance(Span::new().seconds(60));
    assert!(!connected.works(&tokens.access).await);
}

#[tokio::test]
async fn a_program_that_a_person_ends_is_out_within_a_minute() {
    for all in [false, true] {
        let connected = connected().await;
        let newest = connected.refreshed(&connected.tokens.refresh).await;
        assert!(connected.works(&newest.access).await);
        let listed = ask(&connected.api, "GET", "/account/programs", Value::Null, &newest.access).await;
        let id = listed.body["programs"][0]["id"].as_str().unwrap();
        let path = if all { "/account/programs".to_owned() } else { format!("/account/programs/{id}") };
        let ended = ask(&connected.api, "DELETE", &path, Value::Null, &newest.access).await;
        assert_eq!((ended.status.as_u16(), &ended.body["ended"][0]["id"]), (200, &json!(id)), "{}", ended.text);
        assert_is_out(&connected, &newest).await;
    }
}

#[tokio::test]
async fn a_refresh_makes_three_calls_and_costs_two_write_units() {
    let connected = connected().await;
    connected.api.wire.take_calls();
    connected.api.wire.take_write_units();
    let second = connected.refreshed(&connected.tokens.refresh).await;
    assert_eq!(connected.api.wire.take_calls(), ["GetItem", "GetItem", "PutItem"], "the grant, the person, the grant");
    assert_eq!(connected.api.wire.take_write_units(), 2.0);
    // The SDK repeats a call whose answer was lost. Then the program finds out that its first call succeeded.
    connected.api.wire.fail_only("PutItem", [Fault::AnswerLost]);
    connected.refreshed(&second.refresh).await;
    assert_eq!(connected.api.wire.take_calls(), ["GetItem", "GetItem", "PutItem", "PutItem", "GetItem"]);
    // The first use of the new access token makes three calls before the call for the settings: the first call finds
    // the token, the second call looks for the note of today, and the third call writes this note.
    let calls = async |api: &Api, access: &str| {
        api.wire.take_calls();
        assert_eq!(ask(api, "GET", "/settings", Value::Null, access).await.status, 200);
        api.wire.take_calls()
    };
    let (api, access) = (&connected.api, &second.access);
    assert_eq!(calls(api, access).await, ["GetItem", "GetItem", "UpdateItem", "GetItem"]);
    assert_eq!(calls(api, access).await, ["GetItem"], "the settings");
    assert_eq!(calls(api, &connected.tokens.access).await, ["GetItem", "GetItem"], "another token of the same program");
    api.clock.advance(Span::new().seconds(59));
    assert_eq!(calls(api, access).await, ["GetItem"]);
    api.clock.advance(Span::new().seconds(1));
    assert_eq!(calls(api, access).await, ["GetItem", "GetItem"], "the next minute");
    assert_eq!(calls(&api.elsewhere(), access).await, ["GetItem", "GetItem", "GetItem"], "another instance");
    // Once a day, the list of programs gets a new entry.
    api.clock.advance(Span::new().hours(24));
    api.wire.take_calls();
    connected.refreshed(&second.refresh).await;
    assert_eq!(api.wire.take_calls(), ["GetItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn the_use_of_an_access_is_noted_once_a_day() {
    let connected = connected().await;
    let noted = async |access: &str| {
        connected.api.wire.take_calls();
        let listed = ask(&connected.api, "GET", "/account/programs", Value::Null, access).await;
        let noted = connected.api.wire.take_calls().contains(&"UpdateItem".to_owned());
        (noted, listed.body["programs"][0]["last_used_at"].as_str().unwrap()[..13].to_owned())
    };
    assert_eq!(noted(&connected.tokens.access).await, (true, "2026-11-22T10".to_owned()));
    let mut tokens = connected.tokens.clone();
    for (hour, (note, at)) in
        [(11, (false, "2026-11-22T10")), (23, (false, "2026-11-22T10")), (24, (true, "2026-11-23T00"))]
    {
        connected.api.clock.set(&format!("2026-11-22T{:02}:30", hour % 24), "UTC");
        connected.api.clock.advance(Span::new().hours(hour / 24 * 24));
        tokens = connected.refreshed(&tokens.refresh).await;
        assert_eq!(noted(&tokens.access).await, (note, at.to_owned()), "{hour}");
    }
}
