//! What the messages of a catalogue are called.

/// Makes the type and the list of names out of one list.
macro_rules! message_ids {
    ($($(#[$doc:meta])* $id:ident = $name:literal,)*) => {
        /// A message of a catalogue, see `words/en.json`. In the order of its variants the messages are handed over.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "a comment stands at the first one of a kind")]
        pub enum MessageId {
            $($(#[$doc])* $id,)*
        }

        impl MessageId {
            /// What each is called in catalogues, and by hosts that have words of their own.
            pub const NAMES: &'static [&'static str] = &[$($name,)*];
        }
    };
}

message_ids! {
    /// The field's label.
    Label = "label",
    /// What stands below the label.
    Hint = "hint",
    /// The button that makes the request.
    Send = "send",
    /// The button that looks a request up.
    Check = "check",
    /// The button that makes a request again.
    SendAgain = "sendAgain",
    /// The button that takes back the wish to send again.
    Cancel = "cancel",
    /// The button that leaves a result behind.
    NewRequest = "newRequest",
    /// Names the card that says how a request stands.
    Card = "card",
    /// While a request is being made.
    Sending = "sending",
    /// While a list is being asked for.
    Checking = "checking",
    /// Names the first of the request's two firms.
    From = "from",
    /// Names the second of the request's two firms.
    To = "to",
    /// Stands before the time left.
    TimeLeft = "timeLeft",
    /// Stands before the date on which a request lapses.
    Expires = "expires",
    /// Names the meter.
    Meter = "meter",
    /// In place of a name that the API did not give.
    UnnamedFirm = "unnamedFirm",
    /// Of a request that we sent.
    RequestSentTo = "requestSentTo",
    /// Of a request that we received.
    AskedToConnect = "askedToConnect",
    /// A request that was confirmed by an answer that could not be read.
    SentWithoutDetails = "sentWithoutDetails",
    /// Once the browser will not keep the record of a request under way.
    NotKept = "notKept",
    /// Asks before the same code is sent again.
    ConfirmQuestion = "confirmQuestion",
    /// What a second request would do.
    ConfirmConsequence = "confirmConsequence",
    /// Stands above the requests of which one may be the one in doubt.
    WhichOne = "whichOne",
    /// Stands above requests that are the one in doubt only if the clock is wrong.
    WhichOneIfClockIsWrong = "whichOneIfClockIsWrong",
    /// Where the browser holds a record that cannot be read.
    UnreadableRecord = "unreadableRecord",
    /// Where a list does not hold a request that may still be on its way.
    NotYet = "notYet",
    /// What to do while that is not known.
    CheckFirst = "checkFirst",
    /// That a press of send did nothing, since the code may have been sent.
    Locked = "locked",
    /// That a check found no request. The list names no codes, so it says no more than that none is new.
    NotArrived = "notArrived",
    /// The same, while another one with that code is in doubt.
    NotArrivedStillLocked = "notArrivedStillLocked",
    /// Stands before what the API says of the code.
    PlannrSays = "plannrSays",
    /// How long to wait after too many requests.
    Wait = "wait",
    /// That this wait is over.
    WaitOver = "waitOver",
    /// On the badge.
    StatusPending = "status.pending",
    StatusAccepted = "status.accepted",
    StatusDenied = "status.denied",
    StatusExpired = "status.expired",
    StatusUnknown = "status.unknown",
    /// When a countdown passes a milestone.
    LeftDay = "left.day",
    LeftHour = "left.hour",
    LeftFiveMinutes = "left.fiveMinutes",
    LeftNone = "left.none",
    /// Nothing was typed.
    CodeMissing = "code.missing",
    /// The code has too few characters: a form for each plural of the language.
    CodeTooShortZero = "code.tooShort.zero",
    CodeTooShortOne = "code.tooShort.one",
    CodeTooShortTwo = "code.tooShort.two",
    CodeTooShortFew = "code.tooShort.few",
    CodeTooShortMany = "code.tooShort.many",
    CodeTooShortOther = "code.tooShort.other",
    /// The code has too many characters: a form for each plural of the language.
    CodeTooLongZero = "code.tooLong.zero",
    CodeTooLongOne = "code.tooLong.one",
    CodeTooLongTwo = "code.tooLong.two",
    CodeTooLongFew = "code.tooLong.few",
    CodeTooLongMany = "code.tooLong.many",
    CodeTooLongOther = "code.tooLong.other",
    /// The code has a character that no code has.
    CodeStrange = "code.strange",
    /// Why nothing was sent, and what to do.
    NotSentNoAccount = "notSent.noAccount",
    NotSentBadEndpoint = "notSent.badEndpoint",
    NotSentNoToken = "notSent.noToken",
    NotSentUnusableToken = "notSent.unusableToken",
    NotSentTokenFailed = "notSent.tokenFailed",
    NotSentOffline = "notSent.offline",
    NotSentCalledOff = "notSent.calledOff",
    NotSentRefused = "notSent.refused",
    NotSentOutOfReach = "notSent.outOfReach",
    NotSentMadeElsewhere = "notSent.madeElsewhere",
    /// What the API refused, and what to do.
    RejectedUnauthenticated = "rejected.unauthenticated",
    RejectedForbidden = "rejected.forbidden",
    RejectedWrongAddress = "rejected.wrongAddress",
    RejectedConflict = "rejected.conflict",
    RejectedRepeats = "rejected.repeats",
    RejectedCode = "rejected.code",
    RejectedTooMany = "rejected.tooMany",
    RejectedOtherwise = "rejected.otherwise",
    /// Why it is not known whether a request was sent.
    DoubtConnectionLost = "doubt.connectionLost",
    DoubtTimedOut = "doubt.timedOut",
    DoubtRedirected = "doubt.redirected",
    DoubtStatus = "doubt.status",
    DoubtEarlier = "doubt.earlier",
    /// Why a check brought no answer.
    UnansweredUnauthenticated = "unanswered.unauthenticated",
    UnansweredForbidden = "unanswered.forbidden",
    UnansweredOffline = "unanswered.offline",
    UnansweredBadEndpoint = "unanswered.badEndpoint",
    UnansweredOtherEndpoint = "unanswered.otherEndpoint",
    UnansweredNotOffered = "unanswered.notOffered",
    UnansweredTooMany = "unanswered.tooMany",
    UnansweredFailed = "unanswered.failed",
    /// The list's name.
    History = "history",
    /// The button that asks for the list anew.
    Refresh = "history.refresh",
    /// The button that asks for more of it.
    More = "history.more",
    /// What the list can be narrowed by.
    Direction = "filter.direction",
    Status = "filter.status",
    All = "filter.all",
    DirectionSent = "filter.sent",
    DirectionReceived = "filter.received",
    /// How it stands with the list.
    HistoryLoading = "history.loading",
    HistoryShown = "history.shown",
    HistoryEmpty = "history.empty",
    HistoryNoneFits = "history.noneFits",
    HistoryNoAccount = "history.noAccount",
    /// Why there is no list, or no more of it.
    NoListUnauthenticated = "noList.unauthenticated",
    NoListForbidden = "noList.forbidden",
    NoListOffline = "noList.offline",
    NoListBadEndpoint = "noList.badEndpoint",
    NoListNotOffered = "noList.notOffered",
    NoListTooMany = "noList.tooMany",
    NoListFailed = "noList.failed",
    /// What is said when the widget has stopped for good, from here to the end, as `src/after_a_trap.js` takes it.
    TrapStopped = "trap.stopped",
    /// That a request may have been sent.
    MaybeSent = "maybeSent",
    TrapAfter = "trap.after",
    TrapNothingUnderWay = "trap.nothingUnderWay",
    TrapMaybe = "trap.maybe",
    TrapTyped = "trap.typed",
    TrapReload = "trap.reload",
}
