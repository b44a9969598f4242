//! The languages of the page.

/// A language that the page and the widget on it can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// British English.
    English,
    /// Welsh.
    Welsh,
}

impl Language {
    /// The first of these that there are words in, where `wanted` are tags (BCP 47) separated by commas; English if
    /// there is none.
    pub(super) fn nearest(wanted: &str) -> Self {
        let known = |tag: &str| match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "cy" => Some(Self::Welsh),
            _ => None,
        };
        wanted.split(',').find_map(known).unwrap_or(Self::English)
    }

    /// Its tag (BCP 47), which dates and numbers are written by too.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Welsh => "cy",
        }
    }

    /// The one that the page does not speak just now.
    pub(super) fn other(self) -> Self {
        match self {
            Self::English => Self::Welsh,
            Self::Welsh => Self::English,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_there_are_words_in_is_spoken() {
        for (wanted, spoken) in [
            ("cy", Language::Welsh),
            ("cy-GB,en-GB,en", Language::Welsh),
            ("CY-gb", Language::Welsh),
            ("en-GB,cy", Language::English),
            ("fr-FR,cy,en", Language::Welsh),
            ("fr,de", Language::English),
            ("cymru", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::nearest(wanted), spoken, "{wanted:?}");
        }
    }
}
