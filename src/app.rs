//! What every request works with.

use std::fmt;
use std::sync::Arc;

use jiff::{Timestamp, Unit};

use crate::{
    config::{Auth, Config},
    domain::{
        api_key::ApiKey,
        id::{ChangeId, TodoId},
    },
    oidc::Provider,
    store::Store,
};

/// The program, wired: made once, shared by all requests.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub store: Store,
    /// Where people sign in; `None` where they do not.
    pub provider: Option<Provider>,
    pub clock: Clock,
    pub ids: Ids,
}

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

/// Where chance comes from.
#[derive(Clone)]
pub struct Ids(Arc<dyn Fn() -> [u8; 16] + Send + Sync>);

impl App {
    /// Puts the parts together.
    pub fn new(config: Config, store: Store, clock: Clock, ids: Ids) -> Self {
        let provider = match &config.auth {
            Auth::OAuth(oauth) => Some(Provider::new(oauth, config.public_url.as_deref())),
            Auth::ApiKey | Auth::None(_) => None,
        };
        Self { config: Arc::new(config), store, provider, clock, ids }
    }
}

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A clock of one's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time to the microsecond, which is what is stored.
    pub fn now(&self) -> Timestamp {
        let now = (self.0)();
        now.round(Unit::Microsecond).unwrap_or(now)
    }
}

impl Ids {
    /// The operating system's random numbers.
    #[expect(clippy::disallowed_methods, reason = "the one place that draws random numbers")]
    pub fn random() -> Self {
        Self(Arc::new(|| {
            let mut bytes = [0; 16];
            // Without random numbers no id is safe to hand out, and no request can be served.
            getrandom::fill(&mut bytes).expect("the operating system has random numbers");
            bytes
        }))
    }

    /// A new id for a todo.
    pub fn todo(&self) -> TodoId {
        TodoId::from_random((self.0)())
    }

    /// A new API key.
    pub fn api_key(&self) -> ApiKey {
        let mut bytes = [0; 32];
        bytes.chunks_exact_mut(16).for_each(|half| half.copy_from_slice(&(self.0)()));
        ApiKey::from_random(bytes)
    }

    /// A new access key for a DynamoDB on this machine: 128 random bits, in the letters that AWS allows (IAM, `AccessKeyId`).
    pub fn access_key(&self) -> String {
        format!("TODO{}", hex::encode_upper((self.0)()))
    }

    /// A new id for a change.
    pub fn change(&self) -> ChangeId {
        ChangeId::from_random((self.0)())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Ids")
    }
}
