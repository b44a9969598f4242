use e2e::suite::Suite;
pub(super) fn add(_suite: &mut Suite) {}
