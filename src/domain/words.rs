//! Small vocabularies: enums whose variants are words on the wire, in the document and in the table alike.

/// An enum of words. It is read in any case; every other word is refused with the list of those that exist, unless
/// `refused` says something else. In the document it stands inline, described by the field that has it.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        words!($(#[$doc])* $name { $($(#[$variant_doc])* $variant = $word),+ }
            refused |text: &str| $crate::domain::invalid::Invalid::word(text, $name::WORDS));
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ } refused $refused:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, deserr::Deserr)]
        #[deserr(try_from(String) = $name::parse -> $crate::domain::invalid::Invalid)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// The words, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// Reads the word in any case.
            pub fn parse(text: String) -> Result<Self, $crate::domain::invalid::Invalid> {
                let word = text.trim();
                $(if word.eq_ignore_ascii_case($word) {
                    return Ok(Self::$variant);
                })+
                Err($refused(word))
            }

            /// The word itself.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .enum_values(Some($name::WORDS.iter().copied()))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use words;
