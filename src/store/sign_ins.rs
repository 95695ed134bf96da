//! Stores the sign-ins that have begun and have not ended. Each sign-in is one item in its own partition, and expires
//! after ten minutes.

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{Put, ReturnConsumedCapacity, TransactWriteItem, Update},
};
use jiff::Timestamp;

use super::{
    Store,
    fault::Fault,
    item::{self, ABSENT, EXPIRES_AT, Item, PRESENT, broken},
    usage::Usage,
};
use crate::domain::{
    grant::Grant,
    secret::SecretHash,
    sign_in::{SignIn, SignedIn},
};

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
    pub async fn set_person(&self, hash: &SecretHash, person: Option<&SignedIn>, usage: &Usage) -> Result<bool, Fault> {
        let update = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(key(hash)))
            .condition_expression(format!("{PRESENT} AND #decided = :false"))
            .update_expression(if person.is_some() { "SET #person = :person" } else { "REMOVE #person" })
            .expression_attribute_names("#decided", "decided")
            .expression_attribute_names("#person", "person")
            .expression_attribute_values(":false", aws_sdk_dynamodb::types::AttributeValue::Bool(false))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let update = match person {
            Some(person) => update.expression_attribute_values(":person", item::to_value(person)?),
            None => update,
        };
        let answer = update.send().await;
        usage.called();
        match answer {
            Ok(answer) => {
                usage.wrote(answer.consumed_capacity().map(std::slice::from_ref));
                Ok(true)
            }
            Err(error)
                if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) =>
            {
                Ok(false)
            }
            Err(error) => Err(Fault::of("UpdateItem", &error)),
        }
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
            .expression_attribute_values(":false", aws_sdk_dynamodb::types::AttributeValue::Bool(false))
            .expression_attribute_values(":true", aws_sdk_dynamodb::types::AttributeValue::Bool(true));
        let decided = TransactWriteItem::builder().update(decided.build().map_err(broken)?).build();
        let mut actions = vec![decided];
        if let Decision::Allow { grant, shown } = decision {
            let put = Put::builder().table_name(&*self.table).set_item(Some(self.grant_item(grant)?));
            let put = put.condition_expression(ABSENT).build().map_err(broken)?;
            actions.push(TransactWriteItem::builder().put(put).build());
            let person = self.signed_in(&grant.owner, shown, now)?;
            actions.push(TransactWriteItem::builder().update(person).build());
        }
        self.transact(actions, usage).await
    }
}

fn key(hash: &SecretHash) -> Item {
    item::primary_key(&format!("sign-in#{}", hash.as_str()), "sign-in".to_owned())
}
