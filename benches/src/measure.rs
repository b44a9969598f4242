//! What is measured, in groups: each opens pages of its own, and gives the rows of one part of the table.

use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;

use crate::chromium::{Chromium, Key, Surroundings};
use crate::contender::{Contender, Pair};
use crate::row::{Bound, Row, Unit};
use crate::site::{Page, Site};
use crate::statistics::percentile;

/// How long countdowns are watched.
const WATCHED: Duration = Duration::from_secs(10);

/// How long a page that has done all that it had to do is given to come to rest.
const REST: Duration = Duration::from_millis(700);

/// What is measured together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Sizes,
    Load,
    Shift,
    Keys,
    Press,
    Hundred,
    Mounts,
    Countdowns,
    Memory,
}

/// Where it is measured.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) site: Site,
    pub(crate) chromium: Chromium,
}

impl Group {
    /// In the order of the table.
    pub(crate) const ALL: [Self; 9] = [
        Self::Load,
        Self::Sizes,
        Self::Keys,
        Self::Press,
        Self::Shift,
        Self::Hundred,
        Self::Mounts,
        Self::Countdowns,
        Self::Memory,
    ];

    /// The names of its rows.
    pub(crate) fn rows(self) -> &'static [&'static str] {
        match self {
            Self::Sizes => &[WASM, WASM_OF_OTHER_BUILD, GLUE],
            Self::Load => &[BYTES, TYPABLE, REFUSED],
            Self::Shift => &[SHIFT],
            Self::Keys => &[KEY_MEDIAN, KEY_P95],
            Self::Press => &[PRESS],
            Self::Hundred => &[HUNDRED, HUNDRED_AT_WORK],
            Self::Mounts => &[MOUNT, UNMOUNT],
            Self::Countdowns => &[TOGETHER, SPREAD],
            Self::Memory => &[MEMORY],
        }
    }

    /// How many runs give figures that can be told from noise in the time that there is.
    pub(crate) fn usual_runs(self) -> usize {
        match self {
            Self::Sizes => 1,
            Self::Load => 9,
            Self::Shift | Self::Memory | Self::Countdowns => 3,
            Self::Keys | Self::Hundred | Self::Mounts => 7,
            Self::Press => 15,
        }
    }
}

/// What is written as 0.00.
const SHIFT_MOST: f64 = 0.005;

const BYTES: &str = "bytes before the field is typable";
const TYPABLE: &str = "field painted and typable, Slow 4G";
const REFUSED: &str = "short code refused, Slow 4G";
const WASM: &str = "wasm, brotli";
const WASM_OF_OTHER_BUILD: &str = "wasm of the other build, brotli";
const GLUE: &str = "glue and loader, brotli";
const KEY_MEDIAN: &str = "keystroke to paint, median";
const KEY_P95: &str = "keystroke to paint, 95th percentile";
const PRESS: &str = "press to result painted, API at 0 ms";
const SHIFT: &str = "layout shift before the result, Slow 4G";
const HUNDRED: &str = "100 widgets, all painted";
const HUNDRED_AT_WORK: &str = "100 widgets, all at work";
const MOUNT: &str = "one mount";
const UNMOUNT: &str = "one unmount";
const TOGETHER: &str = "100 countdowns, 10 s, together";
const SPREAD: &str = "100 countdowns, 10 s, spread over 1 s";
const MEMORY: &str = "heap and wasm memory, one widget";

impl Bench {
    /// Measures a group so many times.
    ///
    /// # Errors
    /// When a page does not do what it ought to.
    pub(crate) async fn measure(&self, group: Group, runs: usize) -> Result<Vec<Row>> {
        match group {
            Group::Sizes => self.sizes(),
            Group::Load => self.load(runs).await,
            Group::Shift => self.shift(runs).await,
            Group::Keys => self.keys(runs).await,
            Group::Press => self.press(runs).await,
            Group::Hundred => self.hundred(runs).await,
            Group::Mounts => self.mounts(runs).await,
            Group::Countdowns => self.countdowns(runs).await,
            Group::Memory => self.memory(runs).await,
        }
    }

    fn sizes(&self) -> Result<Vec<Row>> {
        let bytes = |begin: &str, end: &str| -> Result<f64> {
            let bytes = u32::try_from(self.site.compressed_bytes(begin, end)?)?;
            Ok(f64::from(bytes))
        };
        let row = |name, ours, floor, most| Row {
            name,
            unit: Unit::Bytes,
            ours: vec![ours],
            floor,
            bound: Bound::Figure(most),
        };
        let loader = bytes(Contender::Ours.script(), "")?;
        let floor = bytes(Contender::Floor.script(), "")?;
        let mut rows = vec![
            row(WASM, bytes("widget-", ".wasm")?, Vec::new(), 50_000.0),
            row(
                GLUE,
                bytes("widget-", ".js")? + loader,
                vec![floor],
                7_000.0,
            ),
        ];
        if let Ok(other) = bytes("other-widget-", ".wasm") {
            rows.insert(1, row(WASM_OF_OTHER_BUILD, other, Vec::new(), 50_000.0));
        }
        Ok(rows)
    }

    async fn load(&self, runs: usize) -> Result<Vec<Row>> {
        #[derive(Deserialize)]
        struct Loaded {
            bytes: f64,
            typable: f64,
            told: f64,
        }
        let [mut bytes, mut typable, mut told] =
            [Pair::default(), Pair::default(), Pair::default()];
        self.chromium.surround(Surroundings::Slow).await?;
        self.each("load", runs, async |contender, host, is_counted| {
            self.chromium
                .open_cold(&self.site.address(host, contender, Page::One, "refused"))
                .await?;
            let loaded: Loaded = self.chromium.value("bench.outcome").await?;
            if is_counted {
                bytes.push(contender, loaded.bytes);
                typable.push(contender, loaded.typable);
                told.push(contender, loaded.told);
            }
            Ok(())
        })
        .await?;
        Ok(vec![
            row(BYTES, Unit::Bytes, bytes, Bound::Figure(4_000.0)),
            row(TYPABLE, Unit::Milliseconds, typable, Bound::TimesFloor(1.1)),
            row(REFUSED, Unit::Milliseconds, told, Bound::TimesFloor(1.5)),
        ])
    }

    async fn shift(&self, runs: usize) -> Result<Vec<Row>> {
        let mut shift = Pair::default();
        self.chromium.surround(Surroundings::Slow).await?;
        self.each("shift", runs, async |contender, host, is_counted| {
            self.chromium
                .open_cold(&self.site.address(host, contender, Page::One, "watchShifts"))
                .await?;
            self.focus().await?;
            self.chromium.insert("ABC12345").await?;
            self.chromium.press(Key::Enter).await?;
            let shifted = self.chromium.value("bench.arrived()").await?;
            if is_counted {
                shift.push(contender, shifted);
            }
            Ok(())
        })
        .await?;
        Ok(vec![row(
            SHIFT,
            Unit::Score,
            shift,
            Bound::Figure(SHIFT_MOST),
        )])
    }

    async fn keys(&self, runs: usize) -> Result<Vec<Row>> {
        const KEYS: usize = 48;
        let [mut medians, mut p95s] = [Pair::default(), Pair::default()];
        self.chromium.surround(Surroundings::SlowProcessor).await?;
        self.each("keys", runs, async |contender, host, is_counted| {
            self.open_at_work(host, contender).await?;
            self.focus().await?;
            self.chromium.run("bench.watchKeys()").await?;
            for index in 0..KEYS {
                // Eight letters, and away with them again.
                let key = match index / 8 % 2 {
                    0 => Key::Letter('A'),
                    _ => Key::Backspace,
                };
                // At all moments between two frames alike.
                let moment = u64::try_from(index * 7 % 17)?;
                self.chromium.wait(Duration::from_millis(moment)).await;
                self.chromium.press(key).await?;
                let seen =
                    format!("bench.until('a painted key', () => bench.keys.length > {index})");
                let _seen: bool = self.chromium.value(&seen).await?;
            }
            let times: Vec<f64> = self.chromium.value("bench.keys").await?;
            if is_counted {
                medians.push(contender, percentile(&times, 50.0).unwrap_or_default());
                p95s.push(contender, percentile(&times, 95.0).unwrap_or_default());
            }
            Ok(())
        })
        .await?;
        Ok(vec![
            row(
                KEY_MEDIAN,
                Unit::Milliseconds,
                medians,
                Bound::TimesFloor(1.1),
            ),
            row(KEY_P95, Unit::Milliseconds, p95s, Bound::TimesFloor(1.1)),
        ])
    }

    async fn press(&self, runs: usize) -> Result<Vec<Row>> {
        let mut times = Pair::default();
        self.chromium.surround(Surroundings::AsTheyAre).await?;
        self.each("press", runs, async |contender, host, is_counted| {
            self.open_at_work(host, contender).await?;
            self.focus().await?;
            self.chromium.insert("ABC12345").await?;
            self.chromium.run("bench.time = bench.pressed()").await?;
            self.chromium.press(Key::Enter).await?;
            let time = self.chromium.value("bench.time").await?;
            if is_counted {
                times.push(contender, time);
            }
            Ok(())
        })
        .await?;
        Ok(vec![row(
            PRESS,
            Unit::Milliseconds,
            times,
            Bound::TimesFloor(1.2),
        )])
    }

    async fn hundred(&self, runs: usize) -> Result<Vec<Row>> {
        let [mut painted, mut working] = [Pair::default(), Pair::default()];
        self.chromium.surround(Surroundings::AsTheyAre).await?;
        self.each("hundred", runs, async |contender, host, is_counted| {
            for (page, pair, asked) in [
                (Page::Hundred, &mut painted, "allPainted"),
                (Page::EagerHundred, &mut working, "allAtWork"),
            ] {
                let host = format!("{host}-{}", u8::from(page == Page::Hundred));
                self.chromium
                    .open_cold(&self.site.address(&host, contender, page, asked))
                    .await?;
                let time = self.chromium.value("bench.outcome").await?;
                if is_counted {
                    pair.push(contender, time);
                }
            }
            Ok(())
        })
        .await?;
        Ok(vec![
            row(HUNDRED, Unit::Milliseconds, painted, Bound::TimesFloor(1.5)),
            row(HUNDRED_AT_WORK, Unit::Milliseconds, working, Bound::None),
        ])
    }

    async fn mounts(&self, runs: usize) -> Result<Vec<Row>> {
        #[derive(Deserialize)]
        struct Spent {
            r#in: f64,
            out: f64,
        }
        let [mut mount, mut unmount] = [Pair::default(), Pair::default()];
        self.chromium.surround(Surroundings::AsTheyAre).await?;
        self.each("mounts", runs, async |contender, host, is_counted| {
            self.open_at_work(host, contender).await?;
            let spent: Spent = self.chromium.value("bench.mounts(100)").await?;
            if is_counted {
                mount.push(contender, spent.r#in);
                unmount.push(contender, spent.out);
            }
            Ok(())
        })
        .await?;
        Ok(vec![
            row(MOUNT, Unit::Milliseconds, mount, Bound::TimesFloor(1.5)),
            row(UNMOUNT, Unit::Milliseconds, unmount, Bound::TimesFloor(1.5)),
        ])
    }

    async fn countdowns(&self, runs: usize) -> Result<Vec<Row>> {
        let [mut together, mut spread] = [Pair::default(), Pair::default()];
        self.chromium.surround(Surroundings::AsTheyAre).await?;
        self.each("countdowns", runs, async |contender, host, is_counted| {
            let watched = if is_counted { WATCHED } else { REST };
            for (pair, is_spread) in [(&mut together, false), (&mut spread, true)] {
                let host = format!("{host}-{is_spread}");
                self.chromium
                    .open(&self.site.address(&host, contender, Page::EagerHundred, ""))
                    .await?;
                let _begun: () = self
                    .chromium
                    .value(&format!("bench.countDown({is_spread})"))
                    .await?;
                self.chromium.wait(REST).await;
                let before = self.chromium.busy_ms().await?;
                self.chromium.wait(watched).await;
                let busy = self.chromium.busy_ms().await? - before;
                if is_counted {
                    pair.push(contender, busy);
                }
            }
            Ok(())
        })
        .await?;
        let ours_together = together.ours.clone();
        Ok(vec![
            row(
                TOGETHER,
                Unit::Milliseconds,
                together,
                Bound::TimesFloor(1.0),
            ),
            row(
                SPREAD,
                Unit::Milliseconds,
                spread,
                Bound::Ours("ours together", ours_together),
            ),
        ])
    }

    async fn memory(&self, runs: usize) -> Result<Vec<Row>> {
        const KILOBYTE: f64 = 1000.0;
        let mut memory = Pair::default();
        self.chromium.surround(Surroundings::AsTheyAre).await?;
        self.each("memory", runs, async |contender, host, is_counted| {
            let empty = format!("{host}-empty");
            self.chromium
                .open(&self.site.address(&empty, contender, Page::Empty, ""))
                .await?;
            let without = self.chromium.heap_bytes().await?;
            self.open_at_work(host, contender).await?;
            let with = self.chromium.heap_bytes().await?;
            let modules: f64 = self.chromium.value("bench.moduleBytes()").await?;
            if is_counted {
                memory.push(contender, (with - without + modules) / KILOBYTE);
            }
            Ok(())
        })
        .await?;
        Ok(vec![row(
            MEMORY,
            Unit::Kilobytes,
            memory,
            Bound::Figure(2_500.0),
        )])
    }

    /// Does something once with each of the two that does not count, and then so many times. Each time on a host that has
    /// not been before.
    async fn each(
        &self,
        what: &str,
        runs: usize,
        mut once: impl AsyncFnMut(Contender, &str, bool) -> Result<()>,
    ) -> Result<()> {
        for run in 0..=runs {
            for contender in Contender::in_turn(run) {
                let host = format!("{what}-{run}-{}", contender.name());
                once(contender, &host, run > 0).await?;
            }
        }
        Ok(())
    }

    async fn open_at_work(&self, host: &str, contender: Contender) -> Result<()> {
        self.chromium
            .open(&self.site.address(host, contender, Page::Eager, ""))
            .await?;
        let _at_work: bool = self
            .chromium
            .value("bench.until('an element at work', () => bench.isAtWork(bench.all()[0]))")
            .await?;
        self.chromium.wait(REST).await;
        Ok(())
    }

    async fn focus(&self) -> Result<()> {
        let _there: bool = self
            .chromium
            .value("bench.until('a field', () => bench.isLaidOut(bench.part(bench.all()[0], 'input')))")
            .await?;
        self.chromium
            .run("bench.part(bench.all()[0], 'input').focus()")
            .await
    }
}

fn row(name: &'static str, unit: Unit, pair: Pair, bound: Bound) -> Row {
    Row {
        name,
        unit,
        ours: pair.ours,
        floor: pair.floor,
        bound,
    }
}
