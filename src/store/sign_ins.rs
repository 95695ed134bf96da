//! Stores the sign-ins that have begun and have not ended. Each sign-in is one item in its own partition, and expires
//! after ten minutes.

use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnConsumedCapacity, TransactWriteItem, Update};
use jiff::{SignedDuration, Timestamp};

use super::{
    Store,
    actions::updated,
    fault::Fault,
    item::{self, ABSENT, EXPIRES_AT, Item, PRESENT, broken},
    programs::{self, GRANT},
    usage::Usage,
};
use crate::domain::{
    grant::Grant,
    owner::Owner,
    secret::SecretHash,
    sign_in::{SignIn, SignedIn},
    token::GrantId,
};

/// The partition of a sign-in begins with this text. In the partition of the person, the sort key of the sign-in's
/// entry also begins with this text. The hash follows.
pub(super) const PREFIX: &str = "sign-in#";

/// The entry of a sign-in expires this time after the sign-in itself. So the entry still exists as long as the grant of
/// the sign-in can be unused.
const ENTRY_LASTS_LONGER: SignedDuration = SignedDuration::from_hours(2);

/// The decision of a person.
#[derive(Debug)]
pub enum Decision<'a> {
    /// The person gives this access. `shown` is the e-mail address or the name of the person.
    Allow {
        grant: &'a Grant,
        shown: &'a str,
    },
    Deny,
}

impl Store {
    /// Stores a new sign-in.
    pub async fn add_sign_in(&self, sign_in: &SignIn, usage: &Usage) -> Result<(), Fault> {
        let mut new = item::to_item(sign_in)?;
        new.extend(key(&sign_in.hash));
        new.insert(EXPIRES_AT.to_owned(), item::number(sign_in.valid_until.as_second()));
        let answer = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(new))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        usage.called();
        let answer = answer.map_err(|error| Fault::of("PutItem", &error))?;
        usage.wrote(answer.consumed_capacity().map(std::slice::from_ref));
        Ok(())
    }

    /// The sign-in with this hash. `None` if there is no such sign-in, or if the ten minutes of the sign-in are over.
    pub async fn sign_in(&self, hash: &SecretHash, now: Timestamp, usage: &Usage) -> Result<Option<SignIn>, Fault> {
        let found = self.item(key(hash), usage).await?.map(item::from_item::<SignIn>).transpose()?;
        Ok(found.filter(|sign_in| sign_in.is_valid(now)))
    }

    /// Stores the signed-in person in the item of the sign-in. If `person` is `None`, removes the person from this
    /// item. `false` if the person has already decided.
    ///
    /// The partition of the person gets an entry for the sign-in. So an erasure finds the sign-in, which contains the
    /// name of the person.
    pub async fn set_person(&self, sign_in: &SignIn, person: Option<&SignedIn>, usage: &Usage) -> Result<bool, Fault> {
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(key(&sign_in.hash)))
            .condition_expression(format!("{PRESENT} AND #decided = :false"))
            .update_expression(if person.is_some() { "SET #person = :person" } else { "REMOVE #person" })
            .expression_attribute_names("#decided", "decided")
            .expression_attribute_names("#person", "person")
            .expression_attribute_values(":false", AttributeValue::Bool(false));
        let Some(person) = person else { return self.transact(vec![updated(update)?], usage).await };
        let update = update.expression_attribute_values(":person", item::to_value(person)?);
        self.transact(vec![updated(update)?, self.put_entry(sign_in, &person.owner, None)?], usage).await
    }

    /// The action that writes the entry of a sign-in into the partition of the person. If the person has given access,
    /// the entry also leads to the grant, because a grant has no other entry before the program uses its code.
    fn put_entry(&self, sign_in: &SignIn, owner: &Owner, grant: Option<&GrantId>) -> Result<TransactWriteItem, Fault> {
        let mut entry = item::primary_key(&item::partition(owner), format!("{PREFIX}{}", sign_in.hash.as_str()));
        entry.extend(grant.map(|grant| (GRANT.to_owned(), item::text(grant.as_str()))));
        let until = sign_in.valid_until + ENTRY_LASTS_LONGER;
        entry.insert(EXPIRES_AT.to_owned(), item::number(until.as_second()));
        let put = Put::builder().table_name(&*self.table).set_item(Some(entry)).build().map_err(broken)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// The action that puts a program into the list of the person's programs.
    fn put_program(&self, grant: &mut Grant, now: Timestamp) -> Result<TransactWriteItem, Fault> {
        let entry = programs::entry(grant, Some(now))?;
        let put = Put::builder().table_name(&*self.table).set_item(Some(entry)).build().map_err(broken)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Stores the decision of a person, with one transaction. `false` if the person has already decided, or if the
    /// operator has blocked the person in the meantime.
    pub async fn decide(
        &self,
        sign_in: &SignIn,
        decision: Decision<'_>,
        now: Timestamp,
        usage: &Usage,
    ) -> Result<bool, Fault> {
        let decided = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(key(&sign_in.hash)))
            .condition_expression(format!("{PRESENT} AND #decided = :false"))
            .update_expression("SET #decided = :true")
            .expression_attribute_names("#decided", "decided")
            .expression_attribute_values(":false", AttributeValue::Bool(false))
            .expression_attribute_values(":true", AttributeValue::Bool(true));
        let mut actions = vec![updated(decided)?];
        if let Decision::Allow { grant, shown } = decision {
            let mut grant = grant.clone();
            // A program gets into the list of programs when it uses its code. But the page of this service has no code,
            // so it gets into the list now.
            let listed = grant.is_redeemed().then(|| self.put_program(&mut grant, now));
            let put = Put::builder().table_name(&*self.table).set_item(Some(self.grant_item(&grant)?));
            let put = put.condition_expression(ABSENT).build().map_err(broken)?;
            actions.push(TransactWriteItem::builder().put(put).build());
            let person = self.signed_in(&grant.owner, shown, now)?;
            actions.push(TransactWriteItem::builder().update(person).build());
            actions.push(self.put_entry(sign_in, &grant.owner, Some(&grant.id))?);
            actions.extend(listed.transpose()?);
        }
        self.transact(actions, usage).await
    }
}

pub(super) fn key(hash: &SecretHash) -> Item {
    item::primary_key(&format!("{PREFIX}{}", hash.as_str()), "sign-in".to_owned())
}
