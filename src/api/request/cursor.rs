//! Makes and reads cursors. A cursor contains the position at which the next page of a listing begins. The text of a
//! cursor has no meaning for callers. A cursor works only for the listing that returned this cursor.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{
    api::answer::error::ApiError,
    domain::owner::Owner,
    store::{Position, Range},
};

/// The length of a cursor's tag in bytes. The tag is a hash. The hash shows whether the cursor belongs to the requested
/// listing. The tag is not a secret and not a signature. With a forged cursor, callers can see only their own todos,
/// because the program always takes the owner from the credential.
const TAG: usize = 9;

/// Identifies a listing by its owner, its operation and its filters.
pub struct ListingId<'a> {
    pub owner: &'a Owner,
    /// The operation and its filters as text. The text begins with the version number of the text format.
    pub of: String,
    /// The operation and its filters as text in the old format (docs/adr/0017). Old conversations with assistants may
    /// contain cursors from earlier versions of the program. The tag of an old cursor is a hash of the text in the old
    /// format.
    pub of_form_1: &'a (dyn Fn() -> String + Sync),
}

impl ListingId<'_> {
    /// Makes the cursor for the page that begins after `position`.
    pub fn cursor(&self, position: &Position) -> String {
        let mut bytes = self.tag(&self.of, position).to_vec();
        bytes.extend(position.as_str().as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the position from a cursor of this listing. Refuses a cursor of another listing, and a position outside
    /// `range`.
    pub fn position(&self, cursor: &str, range: &Range) -> Result<Position, ApiError> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor.trim()).map_err(|_| ApiError::BadCursor)?;
        let (tag, place) = bytes.split_at_checked(TAG).ok_or(ApiError::BadCursor)?;
        let position = std::str::from_utf8(place).ok().and_then(Position::parse).ok_or(ApiError::BadCursor)?;
        let is_own = self.tag(&self.of, &position) == tag || self.tag(&(self.of_form_1)(), &position) == tag;
        if is_own && range.contains(&position) { Ok(position) } else { Err(ApiError::BadCursor) }
    }

    fn tag(&self, of: &str, position: &Position) -> [u8; TAG] {
        let mut hash = Sha256::new();
        for part in [self.owner.as_str(), of, position.as_str()] {
            hash.update(part.len().to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        std::array::from_fn(|at| digest[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn listing<'a>(owner: &'a Owner, of: &str) -> ListingId<'a> {
        ListingId { owner, of: of.to_owned(), of_form_1: &String::new }
    }

    fn open() -> Range {
        Range::todos(crate::domain::todo::Status::Open)
    }

    #[test]
    fn a_forged_cursor_cannot_leave_its_listing() {
        let ann = Owner::parse("ann").unwrap();
        for forged in ["completed#~#k7m2x9qa4t", "zzz#~#k7m2x9qa4t", &format!("open#{}#k7m2x9qa4t", "x".repeat(2_000))]
        {
            let cursor = listing(&ann, "open")
                .cursor(&Position::parse(forged).unwrap_or_else(|| Position::parse("deleted#~#k7m2x9qa4t").unwrap()));
            assert!(listing(&ann, "open").position(&cursor, &open()).is_err(), "{forged}");
        }
    }

    #[test]
    fn a_cursor_continues_its_own_listing_and_no_other() {
        let (ann, bob) = (Owner::parse("ann").unwrap(), Owner::parse("bob").unwrap());
        let position = Position::parse("open#~#k7m2x9qa4t").unwrap();
        let cursor = listing(&ann, "open").cursor(&position);
        assert_eq!(listing(&ann, "open").position(&cursor, &open()).unwrap(), position);
        assert!(listing(&ann, "open tag=a").position(&cursor, &open()).is_err());
        assert!(listing(&bob, "open").position(&cursor, &open()).is_err());
    }

    proptest! {
        #[test]
        fn no_altered_cursor_is_taken(at in 0usize..36, with in "[A-Za-z0-9_-]") {
            let ann = Owner::parse("ann").unwrap();
            let cursor = listing(&ann, "open").cursor(&Position::parse("open#~#k7m2x9qa4t").unwrap());
            let mut altered: Vec<char> = cursor.chars().collect();
            let at = at % altered.len();
            altered[at] = with.chars().next().unwrap();
            let altered: String = altered.into_iter().collect();
            prop_assume!(altered != cursor);
            prop_assert!(listing(&ann, "open").position(&altered, &open()).is_err());
        }
    }
}
