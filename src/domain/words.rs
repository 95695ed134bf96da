//! Enums with a word for each variant. The words are the same in requests, in answers, in the OpenAPI document and in
//! the table.

/// Defines an enum with a word for each variant. A caller may write a word in upper or lower case. A variant can also
/// have further words, but only requests may contain the further words. The enum refuses any other text, and the error
/// lists the words. The optional argument `refused` is a function that makes the error for a refused text. In the
/// OpenAPI document, each field of this type contains the list of words. The enum has no separate schema in the OpenAPI
/// document.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal $(| $other:literal)*),+ $(,)? }) => {
        words!($(#[$doc])* $name { $($(#[$variant_doc])* $variant = $word $(| $other)*),+ }
            refused |text: &str| $crate::domain::invalid::Invalid::word(text, $name::WORDS));
    };
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal $(| $other:literal)*),+ } refused $refused:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// The words, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// Reads a word in upper or lower case.
            pub fn parse(text: String) -> Result<Self, $crate::domain::invalid::Invalid> {
                let word = text.trim();
                $(if [$word $(, $other)*].iter().any(|own| word.eq_ignore_ascii_case(own)) {
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

        impl<E> deserr::Deserr<E> for $name
        where
            E: deserr::DeserializeError + deserr::MergeWithError<$crate::domain::invalid::Invalid>,
        {
            fn deserialize_from_value<V: deserr::IntoValue>(
                value: deserr::Value<V>,
                location: deserr::ValuePointerRef,
            ) -> Result<Self, E> {
                $crate::domain::input::value::text(value, location, Self::parse)
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
