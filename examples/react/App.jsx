import "@plannr/referral-connect";
import { useState } from "react";

const getAccessToken = async () => (await fetch("/plannr-token")).text();

export function App() {
  const [sent, setSent] = useState(null);
  return (
    <>
      <h1>Refer a client</h1>
      <referral-connect
        account-uuid="be1403f4-9cdc-4904-9bd7-63d2619a01c6"
        getAccessToken={getAccessToken}
        onreferral-sent={({ detail }) => setSent(detail.connection)}
      />
      {sent && <p id="told">Sent: {sent.uuid}</p>}
    </>
  );
}
