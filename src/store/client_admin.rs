//! Makes, lists and removes the OAuth clients of the operator. Only the command `todo` uses this code. The command has
//! its own AWS credentials. The Lambda function does not contain this code.

use super::{
    Store, api_keys, clients,
    fault::Fault,
    item, people, people_admin,
    programs::{self, Connected},
    usage::Usage,
};
use crate::domain::{client::Client, secret::SecretHash};

impl Store {
    /// Stores a new client.
    pub async fn add_client(&self, client: &Client) -> Result<(), Fault> {
        let mut new = item::to_item(client)?;
        new.extend(clients::key(&client.id));
        let put = self.client.put_item().table_name(&*self.table).set_item(Some(new));
        let put = put.condition_expression(item::ABSENT);
        put.send().await.map(drop).map_err(|error| Fault::of("PutItem", &error))
    }

    /// All clients, in no particular order, and the number of clients that the program cannot read.
    pub async fn clients(&self) -> Result<(Vec<Client>, usize), Fault> {
        let found = self.items(api_keys::PARTITION, clients::PREFIX, &Usage::default()).await?;
        let all = found.len();
        let clients: Vec<Client> = found.into_iter().filter_map(|found| item::from_item(found).ok()).collect();
        let unreadable = all - clients.len();
        Ok((clients, unreadable))
    }

    /// Deletes a client. `false` if there is no such client.
    pub async fn delete_client(&self, id: &str) -> Result<bool, Fault> {
        let delete = self.client.delete_item().table_name(&*self.table).set_key(Some(clients::key(id)));
        let delete = delete.return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld);
        let answer = delete.send().await.map_err(|error| Fault::of("DeleteItem", &error))?;
        Ok(answer.attributes.is_some_and(|old| !old.is_empty()))
    }

    /// Ends the access that people have given to this client. Returns the number of grants that have ended, and the
    /// number of entries that cannot be read. The table has no list of the grants of a client, so this function reads
    /// the programs of each person.
    pub async fn end_grants_of(&self, client_id: &str) -> Result<(usize, usize), Fault> {
        let (client, usage) = (SecretHash::of(client_id), Usage::default());
        let (mut ended, mut unreadable) = (0, 0);
        for person in self.items(people::PARTITION, people::PREFIX, &usage).await? {
            let Some(owner) = people_admin::owner_of(&person) else {
                unreadable += 1;
                continue;
            };
            for entry in self.items(&item::partition(&owner), programs::PREFIX, &usage).await? {
                match item::from_item::<Connected>(entry) {
                    Ok(program) if program.client == client => {
                        self.end_program(&owner, &program, &usage).await?;
                        ended += 1;
                    }
                    Ok(_) => {}
                    Err(_) => unreadable += 1,
                }
            }
        }
        Ok((ended, unreadable))
    }
}
