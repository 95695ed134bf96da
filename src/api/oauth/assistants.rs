//! The assistants that this service knows: their redirect URIs, and their client ID metadata documents. The hosts of
//! these documents refuse requests from data centres, so this service does not fetch the documents. The file
//! `assistants.json` contains the facts about these assistants. Each fact in this file has a source, and the day on
//! which somebody checked the fact.

use std::sync::LazyLock;

use serde::Deserialize;

/// The known assistants.
#[derive(Debug, Default, Deserialize)]
pub struct Assistants {
    pub redirect_uris: Vec<RedirectUri>,
    pub documents: Vec<Document>,
}

/// A redirect URI. In its path, the segment `*` stands for any segment.
#[derive(Debug, Deserialize)]
pub struct RedirectUri {
    pub uri: String,
}

/// A client ID metadata document (draft-ietf-oauth-client-id-metadata-document). In the path of its `client_id`, the
/// segment `*` stands for any segment.
#[derive(Debug, Clone, Deserialize)]
pub struct Document {
    pub client_id: String,
    pub client_name: String,
    pub redirect_uris: Vec<String>,
}

/// The known assistants. The program reads the list of assistants at the first sign-in, because other requests do not
/// need the list.
pub fn known() -> &'static Assistants {
    static KNOWN: LazyLock<Assistants> =
        LazyLock::new(|| serde_json::from_str(include_str!("assistants.json")).unwrap_or_default());
    &KNOWN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::oauth::redirect::goes;

    #[test]
    fn each_known_redirect_uri_leads_somewhere() {
        let uris = known().redirect_uris.iter().map(|known| &known.uri);
        let uris: Vec<_> = uris.chain(known().documents.iter().flat_map(|document| &document.redirect_uris)).collect();
        assert!(uris.len() > 15 && known().documents.len() == 10);
        for uri in uris {
            assert!(goes(uri).is_some(), "{uri}");
        }
    }
}
