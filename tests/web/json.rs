//! What is read of a reply, in pages that change what all objects have.

use referral_connect::api::wire;

use super::*;

/// What comes of `read` while every object of the page has fields like those of a reply. Taken back before anything is
/// asserted: a browser's driver stumbles over them.
fn with_fields_everywhere<T>(read: impl FnOnce() -> T) -> T {
    stage::script(
        "const fields = { uuid: 'theirs', status: 'accepted', data: [], message: 'theirs', \
             errors: { adviser_key: ['theirs'] } }; \
         for (const [name, value] of Object.entries(fields)) \
             Object.defineProperty(Object.prototype, name, { value, configurable: true });",
    );
    let found = read();
    stage::script(
        "for (const name of ['uuid', 'status', 'data', 'message', 'errors']) delete Object.prototype[name];",
    );
    found
}

#[wasm_bindgen_test]
fn what_a_page_gives_all_objects_is_not_of_a_reply() {
    let (connection, connections, refusal, nothing, ours) = with_fields_everywhere(|| {
        (
            wire::connection(b"{}"),
            wire::connections(b"{}"),
            wire::refusal(b"{}"),
            wire::refusal(b"null"),
            wire::connection(br#"{"uuid": "ours", "status": "pending"}"#),
        )
    });
    assert_eq!(connection, None);
    assert_eq!(connections, None);
    assert_eq!(refusal, None);
    assert_eq!(nothing, None);
    let ours = ours.unwrap();
    assert_eq!(ours.uuid.as_deref(), Some("ours"));
    assert_eq!(ours.status, Status::Pending);
}
