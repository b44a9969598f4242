// Defines `<referral-connect>`. To define it later, or under another name, import `pure.js` instead.

import { define } from "./element.js";

export * from "./element.js";

define();
