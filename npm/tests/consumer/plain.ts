// A host without a framework, as TypeScript has to take it.
import { define, ReferralConnect } from "@plannr/referral-connect/pure";
import { connectFrame } from "@plannr/referral-connect/frame-host";
import type { Connection, ReferralConnectState } from "@plannr/referral-connect";

define();
const element = document.createElement("referral-connect");
element satisfies ReferralConnect;
element.getAccessToken = async (reason) => (reason === "first" ? "token" : "fresh");
element.accountUuid = "be1403f4-9cdc-4904-9bd7-63d2619a01c6";
element.connection = { uuid: "1", sender_firm: {} };
const state: ReferralConnectState = element.state;
element.addEventListener("referral-sent", ({ detail }) => {
  const connection: Connection | null = detail.connection;
  console.log(connection?.recipientFirm.name, state);
});
document.addEventListener("referral-rejected", ({ detail }) => detail.status.toFixed());
element.submit();
connectFrame(document.createElement("iframe"), { getAccessToken: () => "token" }).setAttribute("theme", "dark");
// @ts-expect-error: it can only be read
element.state = "sent";
// @ts-expect-error: a detail has no such field
element.addEventListener("referral-load-error", ({ detail }) => detail.reason);
// @ts-expect-error: a token is a string
element.getAccessToken = () => 1;
