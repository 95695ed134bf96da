//! The parts that every request uses: configuration, store, OpenID provider, clock and random numbers.

use std::fmt;
use std::sync::Arc;

use jiff::{Timestamp, Unit};

use crate::{
    config::{Auth, Config},
    domain::{
        address::{AddressKind, AddressSecret},
        api_key::ApiKey,
        id::{ChangeId, ImportId, TodoId},
        secret::Random,
    },
    oidc::Provider,
    store::Store,
};

/// The parts that all requests share. The program makes these parts once, when it starts.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub store: Store,
    /// The OpenID provider where people sign in. `None` in a deployment without sign-in.
    pub provider: Option<Provider>,
    pub clock: Clock,
    pub ids: Ids,
}

/// The source of the current time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

/// The source of random ids and keys.
#[derive(Clone)]
pub struct Ids(Arc<dyn Fn() -> [u8; 16] + Send + Sync>);

impl App {
    /// Puts the parts together.
    pub fn new(config: Config, store: Store, clock: Clock, ids: Ids) -> Self {
        let provider = match &config.auth {
            Auth::OAuth(oauth) => Some(Provider::new(oauth)),
            Auth::ApiKey | Auth::None(_) => None,
        };
        Self { config: Arc::new(config), store, provider, clock, ids }
    }
}

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "only this function reads the clock")]
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// Makes a clock. The argument `now` is a function that returns the current time.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The current time, rounded to a microsecond, because the program stores times with this precision.
    pub fn now(&self) -> Timestamp {
        let now = (self.0)();
        now.round(Unit::Microsecond).unwrap_or(now)
    }
}

impl Ids {
    /// Makes ids from random numbers of the operating system.
    #[expect(clippy::disallowed_methods, reason = "only this function draws random numbers")]
    pub fn random() -> Self {
        Self::new(|| {
            let mut bytes = [0; 16];
            // If the operating system has no random numbers, the program cannot make safe ids. So the program stops.
            getrandom::fill(&mut bytes).expect("the operating system has random numbers");
            bytes
        })
    }

    /// Makes ids from the bytes that `random` returns. `random` must never return the same bytes twice.
    pub fn new(random: impl Fn() -> [u8; 16] + Send + Sync + 'static) -> Self {
        Self(Arc::new(random))
    }

    /// A new id for a todo.
    pub fn todo(&self) -> TodoId {
        TodoId::from_random((self.0)())
    }

    /// A new API key.
    pub fn api_key(&self) -> ApiKey {
        ApiKey::from_random(self.secret())
    }

    /// A new secret for an address of this kind.
    pub fn address(&self, kind: AddressKind) -> AddressSecret {
        AddressSecret::from_random(kind, self.secret())
    }

    /// 256 random bits.
    pub fn secret(&self) -> Random {
        let mut bytes = [0; 32];
        bytes.chunks_exact_mut(16).for_each(|half| half.copy_from_slice(&(self.0)()));
        Random(bytes)
    }

    /// A new access key for a DynamoDB server on this machine. The key contains 128 random bits. The key contains only
    /// characters that AWS allows in an `AccessKeyId`.
    pub fn access_key(&self) -> String {
        format!("TODO{}", hex::encode_upper((self.0)()))
    }

    /// A new id for an import.
    pub fn import(&self) -> ImportId {
        ImportId::from_random((self.0)())
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
