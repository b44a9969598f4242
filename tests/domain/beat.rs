//! What ticks together.

use proptest::prelude::*;
use referral_connect::domain::beat::moment;
use referral_connect::domain::timestamp::Timestamp;

fn moment_ms(phase_ms: i64, due_ms: i64) -> i64 {
    let at = Timestamp::from_millis;
    moment(at(phase_ms), at(due_ms)).as_millis()
}

#[test]
fn the_first_says_when_and_the_others_follow() {
    for (phase, due, moment) in [
        (5_300, 5_300, 5_300),
        (5_300, 5_100, 5_300),
        (5_300, 5_301, 6_300),
        (5_300, 5_700, 6_300),
        (5_300, 65_299, 65_300),
        (65_300, 5_299, 5_300),
        (5_300, -700, -700),
        (5_300, -699, 300),
    ] {
        assert_eq!(moment_ms(phase, due), moment, "{due} beside {phase}");
    }
}

proptest! {
    #[test]
    fn there_is_one_moment_in_a_second_and_nobody_waits_longer(
        phase in -9_000_000_000_000_000_i64..9_000_000_000_000_000,
        due in -9_000_000_000_000_000_i64..9_000_000_000_000_000,
    ) {
        let moment = moment_ms(phase, due);
        prop_assert_eq!((moment - phase).rem_euclid(1000), 0);
        prop_assert!((0..1000).contains(&(moment - due)), "{} for {}", moment, due);
        prop_assert_eq!(moment_ms(moment, due), moment);
    }
}
