//! Numbers written down.

/// A whole number as people and JSON write it. The standard library's way brings along all that formatting can do besides.
#[must_use]
pub fn digits(number: i64) -> String {
    let mut rest = number.unsigned_abs();
    let mut reversed = Vec::new();
    loop {
        // A remainder of ten is a digit.
        reversed.push(b'0' + u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        reversed.push(b'-');
    }
    reversed.iter().rev().copied().map(char::from).collect()
}
