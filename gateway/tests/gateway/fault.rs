//! The ways in which the API of these tests breaks.

/// What happens to a request, by the first letter of its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `A`
    None,
    /// `B`: a connection is made, and the line is cut before a byte comes back.
    MadeAndCut,
    /// `C`: the line is cut once the request is read, and nothing is made.
    Cut,
    /// `D`: half of the answer's body.
    HalfABody,
    /// `E`: 500, nothing made.
    Error,
    /// `F`: 500, and a connection is made all the same.
    MadeAndError,
    /// `G`: 422
    Refused,
    /// `H`: a connection is made, and no answer ever comes.
    MadeAndSilence,
    /// `I`: no answer ever comes, and nothing is made.
    Silence,
    /// `J`: a connection is made, and what comes back is not HTTP.
    MadeAndNoise,
    /// `K`: 302 to another place
    Redirect,
    /// `L`: 408
    TimeOut,
    /// `M`: a connection is made, and the answer is longer than anybody reads.
    Endless,
    /// `N`: 200 with HTML
    Html,
    /// `P`: 204
    Empty,
    /// `Q`: 401
    Unauthenticated,
    /// `R`: half of the answer's head.
    HalfAHead,
    /// `S`: a connection is made, answered when [`Plannr::release`] says so.
    Held,
}

impl Fault {
    pub(crate) const ALL: [(char, Self); 18] = [
        ('A', Self::None),
        ('B', Self::MadeAndCut),
        ('C', Self::Cut),
        ('D', Self::HalfABody),
        ('E', Self::Error),
        ('F', Self::MadeAndError),
        ('G', Self::Refused),
        ('H', Self::MadeAndSilence),
        ('I', Self::Silence),
        ('J', Self::MadeAndNoise),
        ('K', Self::Redirect),
        ('L', Self::TimeOut),
        ('M', Self::Endless),
        ('N', Self::Html),
        ('P', Self::Empty),
        ('Q', Self::Unauthenticated),
        ('R', Self::HalfAHead),
        ('S', Self::Held),
    ];

    pub(crate) fn of(code: &str) -> Self {
        let first = code.chars().next();
        let known = Self::ALL.iter().find(|(letter, _)| Some(*letter) == first);
        known.map_or(Self::None, |(_, fault)| *fault)
    }

    /// Whether a connection is made, and so an email sent.
    pub(crate) fn makes(self) -> bool {
        !matches!(
            self,
            Self::Cut
                | Self::Error
                | Self::Refused
                | Self::Silence
                | Self::Redirect
                | Self::TimeOut
                | Self::Unauthenticated
        )
    }
}
