//! JSON read and written: in a browser by the browser, whose own parser no visitor has to download, and in native tests
//! by `serde_json`, so that they run the same rules on the same texts.

pub(crate) use self::read::{Value, quoted};

/// An object of these fields, whose values are JSON already.
pub(crate) fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| [&quoted(name), ":", value].concat())
        .collect();
    ["{", &fields.join(","), "}"].concat()
}

/// A list of what is JSON already.
pub(crate) fn list(entries: impl Iterator<Item = String>) -> String {
    let entries: Vec<String> = entries.collect();
    ["[", &entries.join(","), "]"].concat()
}

impl Value {
    /// The value in this text, which may begin with a byte order mark; `None` if it is not JSON in UTF-8.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        Self::read(std::str::from_utf8(text).ok()?)
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
            let value = Reflect::get(&self.0, &name.into()).ok()?;
            (!value.is_undefined()).then_some(Self(value))
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
