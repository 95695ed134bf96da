//! Finds the person whom the operator names.

use todo_action::{
    domain::owner::Owner,
    store::{ListedPerson, Store},
};

use super::Failure;

/// Finds the owner that `person` names: a person by the id or the e-mail address, or the owner of an API key by the
/// name of the owner.
pub async fn owner_of(store: &Store, person: &str) -> Result<(Owner, Option<ListedPerson>), Failure> {
    let found = find(store, person).await;
    let named = Owner::parse(person).map_err(|error| format!("the name of the person {error}"))?;
    let has_keys = store.keys().await?.0.iter().any(|key| key.owner == named);
    let is_owner = has_keys || store.knows(&named).await?;
    match found {
        Ok((owner, _)) if is_owner && owner != named => Err(format!(
            "{person} is the owner of an API key and also the e-mail address of {}; to erase the data of this person, \
             name the person by this id",
            owner.as_str()
        )
        .into()),
        Ok(found) => Ok(found),
        Err(_) if is_owner => Ok((named, None)),
        Err(_) if !person.contains('@') => Ok((named, None)),
        Err(error) => Err(error),
    }
}

/// Finds the person with this id or this e-mail address. If no person in the list has this id, the second part of the
/// result is `None`.
pub async fn find(store: &Store, person: &str) -> Result<(Owner, Option<ListedPerson>), Failure> {
    let (people, _) = store.people().await?;
    if let Some(known) = people.iter().find(|known| known.owner.as_str() == person) {
        return Ok((known.owner.clone(), Some(known.clone())));
    }
    if is_id(person) {
        let owner = Owner::parse(person).map_err(|error| format!("the id of a person {error}"))?;
        return Ok((owner, None));
    }
    let is_named = |known: &&ListedPerson| {
        known.shown.as_deref().is_some_and(|shown| shown.contains('@') && shown.to_lowercase() == person.to_lowercase())
    };
    let named: Vec<&ListedPerson> = people.iter().filter(is_named).collect();
    match named[..] {
        [] => Err(unknown(person)),
        [known] => Ok((known.owner.clone(), Some(known.clone()))),
        _ => {
            let ids: String = named.iter().map(|known| format!("\n  {}", known.owner.as_str())).collect();
            Err(format!("{} people have the e-mail address {person}; name one of them by the id:{ids}", named.len())
                .into())
        }
    }
}

/// Whether this text can be the id of a person: the issuer of a provider, the character `#`, and the id of the person
/// at the provider.
fn is_id(text: &str) -> bool {
    let web = ["https://", "http://"].iter().any(|scheme| text.starts_with(scheme));
    web && text.split_once('#').is_some_and(|(_, subject)| !subject.is_empty())
}

/// The error if the list of people does not contain the person.
pub fn unknown(person: &str) -> Failure {
    format!(
        "no person in the list has the id or the e-mail address {person}; `todo people list` shows the ids; an id has \
         the form ISSUER#SUBJECT, such as https://id.example.com#1234"
    )
    .into()
}
