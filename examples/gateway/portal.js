// A portal's page before the gateway: who is signed in, for which account, and the widget without a token.

const ask = (path, options = {}) =>
  fetch(path, { ...options, headers: { "X-Referral-Connect": "1", "Content-Type": "application/json" } });

const form = document.querySelector("referral-connect");
const accounts = document.querySelector("#account");

const me = await (await ask("auth/me")).json();
document.querySelector("#signed-out").hidden = me.signed_in;
document.querySelector("#signed-in").hidden = !me.signed_in;

if (me.signed_in) {
  for (const { uuid, name, firm } of me.accounts) {
    accounts.add(new Option(`${name}, ${firm}`, uuid, false, uuid === me.account_uuid));
  }
  form.accountUuid = me.account_uuid;
}

accounts.addEventListener("change", async () => {
  const body = JSON.stringify({ account_uuid: accounts.value });
  const answer = await ask("auth/account", { method: "PUT", body });
  if (answer.ok) form.accountUuid = accounts.value;
});

document.querySelector("#sign-out").addEventListener("click", async () => {
  await ask("auth/logout", { method: "POST" });
  location.reload();
});
