//! The people and firms that the sandbox plays with: all fictional, and the same on every start.

use form_urlencoded::byte_serialize;

use crate::wire::{Account, Firm, Parties};

/// A person at a firm.
pub(crate) struct Persona {
    pub(crate) account_uuid: &'static str,
    pub(crate) role: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) email: &'static str,
    firm_uuid: &'static str,
    firm_name: &'static str,
}

/// One of the user's ways in. Its UUID is not its account's: a classic mix-up that the API's documentation
/// warns of, so the two differ here as well.
pub(crate) struct Login {
    pub(crate) uuid: &'static str,
    pub(crate) account: Persona,
}

/// The account of the sandbox's user with this UUID, if there is one.
pub(crate) fn own_account(uuid: &str) -> Option<&'static Persona> {
    LOGINS
        .iter()
        .map(|login| &login.account)
        .find(|account| account.account_uuid.eq_ignore_ascii_case(uuid))
}

/// Both sides of a request from `sender` to `recipient`.
pub(crate) fn parties(sender: &Persona, recipient: &Persona) -> Parties {
    Parties {
        sender_firm: sender.firm(),
        recipient_firm: recipient.firm(),
        sender_account: sender.account(),
        recipient_account: recipient.account(),
    }
}

impl Persona {
    pub(crate) fn firm(&self) -> Firm {
        Firm {
            name: self.firm_name.to_owned(),
            uuid: self.firm_uuid.to_owned(),
        }
    }

    pub(crate) fn account(&self) -> Account {
        let name = format!("{} {}", self.first_name, self.last_name);
        Account {
            photo_url: format!(
                "https://eu.ui-avatars.com/api/?name={}",
                byte_serialize(name.as_bytes()).collect::<String>()
            ),
            name,
            role: self.role.to_owned(),
            kind: self.role.to_owned(),
            uuid: self.account_uuid.to_owned(),
            email: self.email.to_owned(),
            last_name: self.last_name.to_owned(),
            created_at: SINCE.to_owned(),
            first_name: self.first_name.to_owned(),
            updated_at: SINCE.to_owned(),
            external_references: Vec::new(),
        }
    }
}

/// When every login and account was made.
pub(crate) const SINCE: &str = "2024-11-29T09:00:00+00:00";

/// The one user's logins: an adviser, and a client of another firm. The first is the preferred one.
pub(crate) static LOGINS: [Login; 2] = [
    Login {
        uuid: "fbc56a59-b788-4270-b0c9-01c2d45f72bb",
        account: Persona {
            account_uuid: "be1403f4-9cdc-4904-9bd7-63d2619a01c6",
            role: "adviser",
            first_name: "Rowan",
            last_name: "Ashdown",
            email: "rowan.ashdown@example.com",
            firm_uuid: "95e96e90-b1c0-4993-8e54-a7751f38cb8b",
            firm_name: "Ashdown Vale & Partners Chartered Financial Planners",
        },
    },
    Login {
        uuid: "483f210f-cba2-4abb-a19a-00cdb5401e8a",
        account: Persona {
            account_uuid: "323e70ce-e334-48cb-abd9-2c957aeefa01",
            role: "client",
            first_name: "Rowan",
            last_name: "Ashdown",
            email: "rowan.ashdown@example.com",
            firm_uuid: "59165e8a-7a87-4f29-b348-99f522f12fd1",
            firm_name: "Kestrel's Reach Wealth Management Ltd",
        },
    },
];

pub(crate) static ABC12345: Persona = Persona {
    account_uuid: "ba0cf144-302a-468d-bb32-e34246dbbaa1",
    role: "adviser",
    first_name: "Imogen",
    last_name: "Castellane",
    email: "imogen.castellane@example.com",
    firm_uuid: "0de66cb0-b30a-4a55-9f26-ab63a487abda",
    firm_name: "Larkspur & Wren Financial Planning LLP",
};

pub(crate) static ACCEPTED: Persona = Persona {
    account_uuid: "dbaa8b7a-39fa-4749-b1f7-786b22a6b1f5",
    role: "adviser",
    first_name: "Tobias",
    last_name: "Arkwright-Bell",
    email: "tobias.arkwright-bell@example.com",
    firm_uuid: "51b668b2-5a3c-4bfd-a7db-c0f886c245dc",
    firm_name: "Quillfeather Wealth Management Ltd",
};

pub(crate) static DENIED00: Persona = Persona {
    account_uuid: "23b53ed8-bc26-45d8-886b-370aeb9b5e67",
    role: "adviser",
    first_name: "Marged",
    last_name: "Pryce-Hallam",
    email: "marged.pryce-hallam@example.com",
    firm_uuid: "bd9af764-465f-40fa-8e17-f0ea5fcedbe5",
    firm_name: "Thistledown Independent Advice",
};

pub(crate) static EXPIRE10: Persona = Persona {
    account_uuid: "88185837-1b78-4725-8fab-e29e52102a6c",
    role: "adviser",
    first_name: "Callum",
    last_name: "Strathyre",
    email: "callum.strathyre@example.com",
    firm_uuid: "03edee62-8ab4-44f4-bce8-c8d38ae83429",
    firm_name: "Brightwater Moor Pensions",
};

pub(crate) static RECEIVED: Persona = Persona {
    account_uuid: "98c14d41-8406-47bc-8106-1d8904b36fae",
    role: "adviser",
    first_name: "Niamh",
    last_name: "O'Hanrahan",
    email: "niamh.ohanrahan@example.com",
    firm_uuid: "82101423-0a10-4d24-885c-5d06efbabf33",
    firm_name: "O'Hanrahan, Petrescu & Daughters Chartered Financial Planners Limited",
};

pub(crate) static DOCSHAPE: Persona = Persona {
    account_uuid: "11c9e0df-a4c4-435a-b6eb-f4ab5ee59cde",
    role: "adviser",
    first_name: "Priya",
    last_name: "Venkataraman",
    email: "priya.venkataraman@example.com",
    firm_uuid: "19a54d41-9e6a-438c-b593-52b0fabda257",
    firm_name: "Ravensbourne Meadow Advisers",
};

pub(crate) static WRAPPED1: Persona = Persona {
    account_uuid: "663d0345-27a0-449f-be73-b5716e4c4acb",
    role: "adviser",
    first_name: "Siân",
    last_name: "Llewelyn",
    email: "sian.llewelyn@example.com",
    firm_uuid: "074dd32f-f07d-4c5c-be17-029e3f62c34e",
    firm_name: "Siân Llewelyn a'i Phartneriaid Cyf",
};

pub(crate) static SLOW0030: Persona = Persona {
    account_uuid: "b62b7ea1-13a6-46d4-a6ea-66afe5f04d36",
    role: "adviser",
    first_name: "Hector",
    last_name: "Lydeard",
    email: "hector.lydeard@example.com",
    firm_uuid: "a3c0f642-dfdc-471b-805d-b3a27cd57fc2",
    firm_name: "Slowcombe Valley Financial Services",
};

pub(crate) static RESETCON: Persona = Persona {
    account_uuid: "0a7e31f2-cf11-49be-b845-d76ec58aa9c2",
    role: "adviser",
    first_name: "Agnieszka",
    last_name: "Wrona",
    email: "agnieszka.wrona@example.com",
    firm_uuid: "657741a3-3c8b-409f-92cf-75762e8c57b9",
    firm_name: "Copperhatch Mutual Planning",
};

pub(crate) static TRUNCATE: Persona = Persona {
    account_uuid: "dfeb1d70-3d68-4d7f-9332-517ff4c9dac3",
    role: "adviser",
    first_name: "Desmond",
    last_name: "Oyelaran",
    email: "desmond.oyelaran@example.com",
    firm_uuid: "f049050c-1fee-49ba-9180-e019a3ecedfa",
    firm_name: "Half Moon Lane & Co.",
};

pub(crate) static NOTJSON0: Persona = Persona {
    account_uuid: "008d6fef-3bf3-4681-81fc-1f907a7d88de",
    role: "adviser",
    first_name: "Beatrix",
    last_name: "Pemberton-Ash",
    email: "beatrix.pemberton-ash@example.com",
    firm_uuid: "2b261db4-7390-493f-a28c-9fe636cb49a9",
    firm_name: "Pemberton Ash Wealth Partners",
};

pub(crate) static NOBODY00: Persona = Persona {
    account_uuid: "34d03fe0-96c6-4ca9-8724-3da1f54772be",
    role: "adviser",
    first_name: "Yusuf",
    last_name: "Demirci",
    email: "yusuf.demirci@example.com",
    firm_uuid: "a05bb889-1577-4c62-a2fb-d4e7d30e30a6",
    firm_name: "Silverdale Quay Financial",
};

pub(crate) static STRANGER: Persona = Persona {
    account_uuid: "e92fa51b-3423-490e-b915-e98156595739",
    role: "adviser",
    first_name: "Wilhelmina",
    last_name: "Featherstonehaugh",
    email: "wilhelmina.featherstonehaugh@example.com",
    firm_uuid: "9e182877-1595-4829-a5dc-94c3b63b6db4",
    firm_name: "The Long-Established and Thoroughly Independent Company of Northumbrian and Borders Financial Planners, Trustees and Executors Limited",
};
