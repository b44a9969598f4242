//! JSON read and written: in a browser by the browser, whose own parser no visitor has to download, and in native tests
//! by `serde_json`, so that they run the same rules on the same texts.

pub(crate) use self::read::{Value, quoted};

/// An object of these fields, whose values are JSON already.
pub(crate) fn object(fields: &[(&str, String)]) -> String {
    let fields = fields
        .iter()
        .map(|(name, value)| [&quoted(name), ":", value].concat());
    joined("{", fields.collect(), "}")
}

/// A list of what is JSON already.
pub(crate) fn list(entries: impl Iterator<Item = String>) -> String {
    joined("[", entries.collect(), "]")
}

fn joined(begin: &str, entries: Vec<String>, end: &str) -> String {
    let mut text = begin.to_owned();
    for (place, entry) in entries.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(entry);
    }
    text.push_str(end);
    text
}

impl Value {
    /// The value in this text, which may begin with a byte order mark; `None` if it is not JSON in UTF-8.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        let text = std::str::from_utf8(text).ok()?;
        is_strict(text).then(|| Self::read(text)).flatten()
    }

    /// A whole number that a float holds exactly.
    pub(crate) fn whole(&self) -> Option<i64> {
        const MOST: f64 = 9_007_199_254_740_991.0;
        let number = self.number()?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole, and no larger than that"
        )]
        (number.trunc() == number && number.abs() <= MOST).then_some(number as i64)
    }
}

/// Whether a text has none of what JSON allows and `serde_json` does not, so that both readers agree: half of a surrogate
/// pair, and lists and objects within each other without end. What else is wrong with it, either finds.
fn is_strict(text: &str) -> bool {
    const DEPTH_MOST: usize = 127;
    let mut depth = 0_usize;
    let mut is_in_text = false;
    let mut is_half_open = false;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_half = std::mem::take(&mut is_half_open);
        let mut is_other_half = false;
        match byte {
            b'"' => is_in_text = !is_in_text,
            b'\\' if is_in_text && bytes.next() == Some(b'u') => {
                // A surrogate's digits are D, then 8 to B for the first half and C to F for the second.
                let is_surrogate = matches!(bytes.next(), Some(b'd' | b'D'));
                match bytes.next() {
                    Some(b'8' | b'9' | b'a' | b'A' | b'b' | b'B') if is_surrogate => {
                        is_half_open = true;
                    }
                    Some(b'c'..=b'f' | b'C'..=b'F') if is_surrogate => is_other_half = true,
                    _ => {}
                }
                bytes.next();
                bytes.next();
            }
            b'[' | b'{' if !is_in_text => depth += 1,
            b']' | b'}' if !is_in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if is_half != is_other_half || depth > DEPTH_MOST {
            return false;
        }
    }
    true
}

#[cfg(target_arch = "wasm32")]
mod read {
    use js_sys::{Array, JSON, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    /// A value out of a JSON text.
    #[derive(Clone)]
    pub(crate) struct Value(JsValue);

    impl Value {
        pub(super) fn read(text: &str) -> Option<Self> {
            JSON::parse(text).ok().map(Self)
        }

        /// The field of this name; `None` if this is no object, or has none.
        pub(crate) fn get(&self, name: &str) -> Option<Self> {
            let name: JsValue = name.into();
            // Its own: a page may have given all objects fields of such names.
            if !self.0.is_object() || !Object::has_own(self.0.unchecked_ref::<Object>(), &name) {
                return None;
            }
            Reflect::get(&self.0, &name).ok().map(Self)
        }

        /// Whether it is an object.
        pub(crate) fn is_object(&self) -> bool {
            self.0.is_object() && !Array::is_array(&self.0)
        }

        /// The text that it is.
        pub(crate) fn text(&self) -> Option<String> {
            self.0.as_string()
        }

        pub(super) fn number(&self) -> Option<f64> {
            self.0.as_f64()
        }

        /// The entries of the list that it is.
        pub(crate) fn entries(&self) -> Option<Vec<Self>> {
            let list: &Array = self.0.dyn_ref()?;
            Some(list.iter().map(Self).collect())
        }

        /// The values of the object that it is, whatever their names.
        pub(crate) fn values(&self) -> Option<Vec<Self>> {
            self.is_object().then(|| {
                Object::values(self.0.unchecked_ref())
                    .iter()
                    .map(Self)
                    .collect()
            })
        }
    }

    /// A text as JSON writes it.
    pub(crate) fn quoted(text: &str) -> String {
        // Of a text it never fails.
        JSON::stringify(&text.into()).map_or_else(|_| String::new(), String::from)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod read {
    /// A value out of a JSON text.
    #[derive(Clone)]
    pub(crate) struct Value(serde_json::Value);

    impl Value {
        pub(super) fn read(text: &str) -> Option<Self> {
            serde_json::from_str(text).ok().map(Self)
        }

        /// The field of this name; `None` if this is no object, or has none.
        pub(crate) fn get(&self, name: &str) -> Option<Self> {
            self.0.get(name).cloned().map(Self)
        }

        /// Whether it is an object.
        pub(crate) fn is_object(&self) -> bool {
            self.0.is_object()
        }

        /// The text that it is.
        pub(crate) fn text(&self) -> Option<String> {
            self.0.as_str().map(str::to_owned)
        }

        pub(super) fn number(&self) -> Option<f64> {
            self.0.as_f64()
        }

        /// The entries of the list that it is.
        pub(crate) fn entries(&self) -> Option<Vec<Self>> {
            Some(self.0.as_array()?.iter().cloned().map(Self).collect())
        }

        /// The values of the object that it is, whatever their names.
        pub(crate) fn values(&self) -> Option<Vec<Self>> {
            Some(self.0.as_object()?.values().cloned().map(Self).collect())
        }
    }

    /// A text as JSON writes it.
    pub(crate) fn quoted(text: &str) -> String {
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `serde_json` makes of a text is what the browser's reader, which knows no such limits, is held to.
    #[test]
    fn what_serde_json_refuses_is_not_strict() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for text in [
            r#""\ud83d\ude00""#,
            r#""\uD83D\uDE00 and \u00e4""#,
            r#""\\ud83d""#,
            r#""[[[\"{{{""#,
            r#"{"a\u005b":["\u007b"]}"#,
            &nested(127),
        ] {
            assert!(
                is_strict(text) && serde_json::from_str::<serde_json::Value>(text).is_ok(),
                "{text}"
            );
        }
        for text in [
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83d \ude00""#,
            r#""\ud83d\u0041""#,
            r#""\ud83d\ud83d""#,
            r#"["\ud83d"]"#,
            &nested(128),
        ] {
            assert!(
                !is_strict(text) && serde_json::from_str::<serde_json::Value>(text).is_err(),
                "{text}"
            );
        }
    }
}
