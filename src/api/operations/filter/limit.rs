//! The maximum number of items on a page.

use deserr::Deserr;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use crate::domain::{invalid::Invalid, limits};

/// The maximum number of items on a page: from 1 to 100. A larger number means 100, and the answer says so.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(try_from(String) = Limit::parse -> Invalid)]
pub struct Limit {
    pub number: usize,
    is_cut: bool,
}

impl Limit {
    fn parse(text: String) -> Result<Self, Invalid> {
        match text.trim().parse::<f64>() {
            Ok(number) if number.fract() == 0.0 && number >= 1.0 => {
                let most = limits::PAGE as f64;
                Ok(Self { number: number.min(most) as usize, is_cut: number > most })
            }
            _ => Err(Invalid::new(format!("must be a whole number from 1 to {}", limits::PAGE))),
        }
    }

    /// Says that a page has at most 100 items, if the caller has asked for more.
    pub fn hint(self) -> Option<String> {
        self.is_cut.then(|| format!("limit is at most {}, so {0} was used.", limits::PAGE))
    }
}

impl PartialSchema for Limit {
    fn schema() -> RefOr<Schema> {
        let number = ObjectBuilder::new().schema_type(Type::Integer);
        number.minimum(Some(1)).maximum(Some(limits::PAGE as f64)).into()
    }
}

impl ToSchema for Limit {}

impl Default for Limit {
    fn default() -> Self {
        Self { number: limits::PAGE_DEFAULT, is_cut: false }
    }
}
