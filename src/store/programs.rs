//! Lists the programs that have access to the todos of a person. For each grant, there is an entry in the partition of
//! the person.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Store,
    fault::Fault,
    item::{self, Item},
    usage::Usage,
};
use crate::domain::{grant::Grant, owner::Owner, program::Place, scope::Scope, secret::SecretHash, token::GrantId};

/// The sort key of an entry begins with this text.
pub(super) const PREFIX: &str = "grant#";

/// A program with access to the todos of a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connected {
    /// The id of the grant. Only the table contains this id.
    pub grant: GrantId,
    /// The hash of the `client_id`.
    pub client: SecretHash,
    pub name: String,
    pub place: Place,
    pub scope: Scope,
    /// When the person gave the access.
    pub created_at: Timestamp,
    /// When the program last used its access. The time is at most a day old. `None` if the program has not used its access
    /// yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
}

impl Connected {
    /// The entry of a grant.
    pub(super) fn of(grant: &Grant) -> Self {
        Self {
            grant: grant.id.clone(),
            client: grant.program.client.clone(),
            name: grant.program.name.clone(),
            place: grant.program.place.clone(),
            scope: grant.scope,
            created_at: grant.created_at,
            last_used_at: None,
        }
    }
}

impl Store {
    /// The programs with access to the todos of this person, from the oldest to the newest. A program whose access has
    /// ended by itself can still be in the list.
    pub async fn programs(&self, owner: &Owner, usage: &Usage) -> Result<Vec<Connected>, Fault> {
        let (mut programs, mut start) = (Vec::new(), None);
        loop {
            let answer = self
                .client
                .query()
                .table_name(&*self.table)
                .consistent_read(true)
                .key_condition_expression("#owner = :owner AND begins_with(sk, :grant)")
                .expression_attribute_names("#owner", item::OWNER)
                .expression_attribute_values(":owner", item::text(&item::partition(owner)))
                .expression_attribute_values(":grant", item::text(PREFIX))
                .set_exclusive_start_key(start)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await;
            usage.called();
            let answer = answer.map_err(|error| Fault::of("Query", &error))?;
            usage.read(answer.consumed_capacity().map(std::slice::from_ref));
            for found in answer.items.unwrap_or_default() {
                programs.push(item::from_item::<Connected>(found)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                programs.sort_by_key(|program| program.created_at);
                return Ok(programs);
            }
        }
    }

    /// Ends the access of a program. The tokens of the program stop working within a minute.
    pub async fn end_program(&self, owner: &Owner, program: &Connected, usage: &Usage) -> Result<(), Fault> {
        self.end(&program.grant, key(owner, &program.grant.public()), usage).await
    }
}

/// The item with the entry of a program.
pub(super) fn entry(program: &Connected, owner: &Owner) -> Result<Item, Fault> {
    let mut new = item::to_item(program)?;
    new.extend(key(owner, &program.grant.public()));
    Ok(new)
}

/// The primary key of a program's entry. `id` is the public id of the grant.
pub(super) fn key(owner: &Owner, id: &str) -> Item {
    item::primary_key(&item::partition(owner), format!("{PREFIX}{id}"))
}
