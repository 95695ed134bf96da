pub struct Decoded { pub text: String, pub has_unreadable_characters: bool }
pub fn decode(data: &[u8]) -> Decoded { Decoded { text: String::from_utf8_lossy(data).into_owned(), has_unreadable_characters: false } }
