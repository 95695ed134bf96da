//! The connection of one instance to the embedded DynamoDB. Each call waits for its turn. Some answers are lost. Some
//! reads happen in two halves, and other instances may change the items between the two halves.

use std::sync::Arc;

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};
use serde_json::{Value, json};

use super::{
    dropped::Dropped,
    world::{Client, LATE, World},
};

/// The fate of a write.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Answered,
    /// DynamoDB executes the call, but the answer is lost.
    AnswerLost,
    /// The call is lost.
    Lost,
    /// The connection breaks, and DynamoDB executes the call later.
    Late,
}

#[derive(Debug, Clone)]
pub struct Wire {
    pub inner: SharedHttpClient,
    pub world: Arc<World>,
    pub client: Client,
    /// The precondition that is missing in all transactions, if a test wants this.
    pub dropped: Option<Dropped>,
}

#[derive(Debug, Clone)]
struct Connector {
    inner: SharedHttpConnector,
    wire: Wire,
}

type Answer = Result<HttpResponse, ConnectorError>;

impl HttpClient for Wire {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Connector { inner, wire: self.clone() })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.answer(request).await })
    }
}

impl Connector {
    async fn answer(&self, request: HttpRequest) -> Answer {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (world, client) = (&self.wire.world, self.wire.client);
        if !world.lock().has_turns {
            return self.inner.call(request).await;
        }
        match target.rsplit('.').next().unwrap_or_default() {
            "BatchGetItem" => {
                world.turn(client, "batch").await;
                if self.splits() { self.batch_in_halves(request).await } else { self.inner.call(request).await }
            }
            "Query" => {
                world.turn(client, "query").await;
                if self.splits() { self.query_in_halves(request).await } else { self.inner.call(request).await }
            }
            "GetItem" => {
                world.turn(client, "get").await;
                self.inner.call(request).await
            }
            _ => {
                world.turn(client, "write").await;
                self.write(request).await
            }
        }
    }

    fn splits(&self) -> bool {
        self.wire.world.lock().rng.u8(..100) < 60
    }

    async fn write(&self, request: HttpRequest) -> Answer {
        let request = match self.wire.dropped {
            Some(dropped) => with_body(&request, &dropped.without(body(&request))),
            None => request,
        };
        let fate = match self.wire.world.lock().rng.u8(..100) {
            0..8 => Fate::AnswerLost,
            8..11 => Fate::Lost,
            11..16 => Fate::Late,
            _ => Fate::Answered,
        };
        if fate != Fate::Answered {
            let what = match fate {
                Fate::AnswerLost => "answer lost",
                Fate::Lost => "call lost",
                _ => "late",
            };
            self.wire.world.lock().trace.push((self.wire.client, what));
        }
        match fate {
            Fate::Answered => return self.inner.call(request).await,
            Fate::AnswerLost => drop(self.inner.call(request).await?),
            Fate::Lost => {}
            Fate::Late => self.call_late(request),
        }
        Err(ConnectorError::io("connection reset".to_owned().into()))
    }

    /// DynamoDB executes this call after some more turns.
    fn call_late(&self, request: HttpRequest) {
        let (world, inner) = (self.wire.world.clone(), self.inner.clone());
        world.lock().late += 1;
        let turns = world.lock().rng.u8(1..5);
        tokio::spawn(async move {
            for _ in 0..turns {
                world.turn(LATE, "wait").await;
            }
            drop(inner.call(request).await);
            world.lock().late -= 1;
        });
    }

    /// Reads some of the items now, and the others at the next turn.
    async fn batch_in_halves(&self, request: HttpRequest) -> Answer {
        let both = body(&request);
        let (table, asked) = both["RequestItems"].as_object().unwrap().iter().next().unwrap();
        let keys = asked["Keys"].as_array().unwrap();
        let now: Vec<bool> = keys.iter().map(|_| self.wire.world.lock().rng.bool()).collect();
        let half = |is_now: bool| -> Vec<&Value> {
            keys.iter().zip(&now).filter(|(_, now)| **now == is_now).map(|(key, _)| key).collect()
        };
        if half(true).is_empty() || half(false).is_empty() {
            return self.inner.call(request).await;
        }
        let of_half = |is_now: bool| {
            let mut only = both.clone();
            only["RequestItems"][table]["Keys"] = json!(half(is_now));
            with_body(&request, &only)
        };
        let first = read(self.inner.call(of_half(true)).await?).await?.1;
        self.wire.world.turn(self.wire.client, "second half").await;
        let (mut response, mut second) = read(self.inner.call(of_half(false)).await?).await?;
        let items = first["Responses"][table].as_array().into_iter().flatten().cloned();
        second["Responses"][table].as_array_mut().unwrap().extend(items);
        *response.body_mut() = SdkBody::from(second.to_string());
        Ok(response)
    }

    /// Reads the first items now, and the others at the next turn.
    async fn query_in_halves(&self, request: HttpRequest) -> Answer {
        let both = body(&request);
        let (number, limit) = (self.wire.world.lock().rng.u64(1..5), both["Limit"].as_u64());
        if limit.is_some_and(|limit| limit <= number) {
            return self.inner.call(request).await;
        }
        let mut only = both.clone();
        only["Limit"] = json!(number);
        let (mut response, first) = read(self.inner.call(with_body(&request, &only)).await?).await?;
        let Some(last) = first.get("LastEvaluatedKey") else {
            *response.body_mut() = SdkBody::from(first.to_string());
            return Ok(response);
        };
        self.wire.world.turn(self.wire.client, "second half").await;
        let mut rest = both.clone();
        rest["ExclusiveStartKey"] = last.clone();
        if let Some(limit) = limit {
            rest["Limit"] = json!(limit - number);
        }
        let (mut response, mut second) = read(self.inner.call(with_body(&request, &rest)).await?).await?;
        let mut items = first["Items"].as_array().unwrap().clone();
        items.append(second["Items"].as_array_mut().unwrap());
        for count in ["Count", "ScannedCount"] {
            second[count] = json!(first[count].as_u64().unwrap() + second[count].as_u64().unwrap());
        }
        second["Items"] = json!(items);
        *response.body_mut() = SdkBody::from(second.to_string());
        Ok(response)
    }
}

fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(request.body().bytes().unwrap()).unwrap()
}

/// The same request with another body.
fn with_body(request: &HttpRequest, body: &Value) -> HttpRequest {
    let mut other = request.try_clone().unwrap();
    *other.body_mut() = SdkBody::from(body.to_string());
    other
}

/// The answer, and its body.
async fn read(mut response: HttpResponse) -> Result<(HttpResponse, Value), ConnectorError> {
    let body = std::mem::replace(response.body_mut(), SdkBody::taken());
    let body = ByteStream::new(body).collect().await.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
    let value = serde_json::from_slice(&body).unwrap();
    Ok((response, value))
}
