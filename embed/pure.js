// The class, and a function that defines it under a name. Importing this changes nothing, on servers neither.

export { ReferralConnect, define } from "./element.js";
