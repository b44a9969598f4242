//! The standalone page.

fn main() {
    referral_connect::page::mount();
}
