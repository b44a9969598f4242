//! Texts cut in two.

/// What stands before and after the first `mark`, an ASCII character. The standard library's way finds any character, fast
/// in long texts, and visitors would pay for that.
#[must_use]
pub fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let place = text.bytes().position(|byte| byte == mark)?;
    // No byte of another character is one of ASCII.
    Some((text.get(..place)?, text.get(place + 1..)?))
}
