import "@plannr/referral-connect";

export const Good = () => (
  <referral-connect
    className="wide"
    account-uuid="be1403f4-9cdc-4904-9bd7-63d2619a01c6"
    auth="cookie"
    getAccessToken={() => "token"}
    onreferral-sent={({ detail }) => console.log(detail.connection?.uuid)}
    ref={(element) => element?.check()}
  />
);

// @ts-expect-error: there is no such way to prove who asks
export const Bad = () => <referral-connect auth="basic" />;
